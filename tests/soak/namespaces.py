# SPDX-License-Identifier: LGPL-2.1-or-later
"""Things of a network namespace held by a program that is outside of it: sockets, TUN devices."""

import contextlib
import ctypes
import fcntl
import os
import struct

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LIBC = ctypes.CDLL(None, use_errno=True)


def set_namespace(descriptor):
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), 'setns')


@contextlib.contextmanager
def inside(path):
    """What is opened meanwhile belongs to that namespace for ever; of this thread only."""
    own = os.open('/proc/thread-self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
    other = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        set_namespace(other)
        yield
    finally:
        set_namespace(own)
        os.close(other)
        os.close(own)


def open_tun(path, name):
    """A TUN device, which goes with its descriptor."""
    with inside(path):
        device = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(device, TUNSETIFF, struct.pack('16sH14x', name.encode(), IFF_TUN | IFF_NO_PI))
    return device
