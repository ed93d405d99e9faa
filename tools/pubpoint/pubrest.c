/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pubrest.h"

#include <string.h>

/* The input side. */
#define PUB_TYPE_REST_INPUT (pub_rest_input_get_type ())
G_DECLARE_FINAL_TYPE (PubRestInput, pub_rest_input, PUB, REST_INPUT,
    GFilterInputStream)
     struct _PubRestInput
     {
       GFilterInputStream parent;
       GBytes *bytes;           /* NULL when all have been read */
       gsize at;
     };

     static void pub_rest_input_pollable_init (GPollableInputStreamInterface *
    iface);

G_DEFINE_TYPE_WITH_CODE (PubRestInput, pub_rest_input,
    G_TYPE_FILTER_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM,
        pub_rest_input_pollable_init));

     struct _PubRest
     {
       GIOStream parent;
       GIOStream *base;
       PubRestInput *input;
       gboolean is_disposing;
     };

G_DEFINE_TYPE (PubRest, pub_rest, G_TYPE_IO_STREAM);

     static GInputStream *input_base (PubRestInput * self)
{
  return G_FILTER_INPUT_STREAM (self)->base_stream;
}

static gssize
read_rest (PubRestInput * self, void *data, gsize size)
{
  gsize n = MIN (size, g_bytes_get_size (self->bytes) - self->at);

  memcpy (data, (const guint8 *) g_bytes_get_data (self->bytes, NULL)
      + self->at, n);
  self->at += n;
  if (self->at == g_bytes_get_size (self->bytes))
    g_clear_pointer (&self->bytes, g_bytes_unref);
  return n;
}

static gssize
pub_rest_input_read (GInputStream * stream, void *data, gsize size,
    GCancellable * cancellable, GError ** error)
{
  PubRestInput *self = PUB_REST_INPUT (stream);

  if (self->bytes != NULL)
    return read_rest (self, data, size);
  return g_input_stream_read (input_base (self), data, size, cancellable,
      error);
}

static gssize
pub_rest_input_read_nonblocking (GPollableInputStream * stream, void *data,
    gsize size, GError ** error)
{
  PubRestInput *self = PUB_REST_INPUT (stream);

  if (self->bytes != NULL)
    return read_rest (self, data, size);
  return g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM
      (input_base (self)), data, size, NULL, error);
}

static gboolean
pub_rest_input_is_readable (GPollableInputStream * stream)
{
  PubRestInput *self = PUB_REST_INPUT (stream);

  return self->bytes != NULL
      || g_pollable_input_stream_is_readable (G_POLLABLE_INPUT_STREAM
      (input_base (self)));
}

static GSource *
pub_rest_input_create_source (GPollableInputStream * stream,
    GCancellable * cancellable)
{
  PubRestInput *self = PUB_REST_INPUT (stream);
  GSource *child, *source;

  if (self->bytes != NULL)
    child = g_timeout_source_new (0);
  else
    child = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM
        (input_base (self)), NULL);
  source = g_pollable_source_new_full (stream, child, cancellable);
  g_source_unref (child);
  return source;
}

static void
pub_rest_input_finalize (GObject * object)
{
  PubRestInput *self = PUB_REST_INPUT (object);

  g_clear_pointer (&self->bytes, g_bytes_unref);
  G_OBJECT_CLASS (pub_rest_input_parent_class)->finalize (object);
}

static void
pub_rest_input_class_init (PubRestInputClass * klass)
{
  G_OBJECT_CLASS (klass)->finalize = pub_rest_input_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = pub_rest_input_read;
}

static void
pub_rest_input_pollable_init (GPollableInputStreamInterface * iface)
{
  iface->is_readable = pub_rest_input_is_readable;
  iface->create_source = pub_rest_input_create_source;
  iface->read_nonblocking = pub_rest_input_read_nonblocking;
}

static void
pub_rest_input_init (PubRestInput * self)
{
}

static GInputStream *
pub_rest_get_input_stream (GIOStream * stream)
{
  return G_INPUT_STREAM (PUB_REST (stream)->input);
}

static GOutputStream *
pub_rest_get_output_stream (GIOStream * stream)
{
  return g_io_stream_get_output_stream (PUB_REST (stream)->base);
}

/* A stream closes itself when it goes, but the base may be in use by then. */
static gboolean
pub_rest_close (GIOStream * stream, GCancellable * cancellable, GError ** error)
{
  PubRest *self = PUB_REST (stream);

  return self->is_disposing
      || g_io_stream_close (self->base, cancellable, error);
}

static void
pub_rest_dispose (GObject * object)
{
  PUB_REST (object)->is_disposing = TRUE;
  G_OBJECT_CLASS (pub_rest_parent_class)->dispose (object);
}

static void
pub_rest_finalize (GObject * object)
{
  PubRest *self = PUB_REST (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);
  G_OBJECT_CLASS (pub_rest_parent_class)->finalize (object);
}

static void
pub_rest_class_init (PubRestClass * klass)
{
  G_OBJECT_CLASS (klass)->dispose = pub_rest_dispose;
  G_OBJECT_CLASS (klass)->finalize = pub_rest_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = pub_rest_get_input_stream;
  G_IO_STREAM_CLASS (klass)->get_output_stream = pub_rest_get_output_stream;
  G_IO_STREAM_CLASS (klass)->close_fn = pub_rest_close;
}

static void
pub_rest_init (PubRest * self)
{
}

GIOStream *
pub_rest_new (GIOStream * base, GBytes * bytes)
{
  PubRest *self = g_object_new (PUB_TYPE_REST, NULL);

  self->base = g_object_ref (base);
  self->input = g_object_new (PUB_TYPE_REST_INPUT, "base-stream",
      g_io_stream_get_input_stream (base), "close-base-stream", FALSE, NULL);
  self->input->bytes = g_bytes_ref (bytes);
  return G_IO_STREAM (self);
}

GIOStream *
pub_rest_get_base (PubRest * self)
{
  return self->base;
}

void
pub_rest_take (PubRest * self, GByteArray * bytes)
{
  PubRestInput *input = self->input;

  if (input->bytes == NULL)
    return;
  g_byte_array_append (bytes, (const guint8 *) g_bytes_get_data (input->bytes,
          NULL) + input->at, g_bytes_get_size (input->bytes) - input->at);
  g_clear_pointer (&input->bytes, g_bytes_unref);
}
