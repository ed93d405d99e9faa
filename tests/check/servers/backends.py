# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real servers, set up as publishing points and proxies are.

Apache stands in front of wms-pubpoint and wants to know who pushes, nginx
wants to know nothing; Squid is the proxy on the way; a Kerberos server of MIT
gives tickets.  What is unusual in the settings: `proxy-prefetch-nonblocking`,
without which Apache keeps 16 KiB of a body to itself; time limits that a body
of hours survives; NTLM for a connection as a whole.
"""

import hashlib
import json
import os
import pwd
import re
import urllib.request

from processes import Server, free_port, run, wait_for

MODULES = '/usr/lib/apache2/modules'
USER, PASSWORD = 'alice', 'secret'
PROXY_USER, PROXY_PASSWORD = 'bob', 'hush'
DOMAIN = 'STUDIO'
REALM = 'WMS.TEST'
CERTIFICATE = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                           '..', 'support', 'server.pem')

APACHE = '''
ServerName localhost
Listen 127.0.0.1:{port}
ServerRoot {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
LogLevel info
Mutex pthread
{identity}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authn_file_module {modules}/mod_authn_file.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LoadModule env_module {modules}/mod_env.so
LoadModule ssl_module {modules}/mod_ssl.so
ServerLimit 1
StartServers 1
ThreadsPerChild 8
MaxRequestWorkers 8
LogFormat "%{{Content-Type}}i %u %>s %{{Proxy-Authorization}}i" short
CustomLog {folder}/access.log short
Timeout 600
ProxyTimeout 600
KeepAliveTimeout 120
ProxyPass / http://127.0.0.1:{backend}/
ProxyVia On
SetEnv proxy-prefetch-nonblocking 1
{extra}
<Location />
  AuthName "publish"
  Require valid-user
  {auth}
</Location>
'''

NGINX = '''
daemon off; master_process off; pid nginx.pid; error_log stderr; events {{ }}
http {{
  access_log off;
  client_body_temp_path .; proxy_temp_path .;
  fastcgi_temp_path .; uwsgi_temp_path .; scgi_temp_path .;
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size 0;
    location / {{
      proxy_pass http://127.0.0.1:{backend};
      proxy_http_version 1.1;
      proxy_pass_header Server;
      {settings}
    }}
  }}
}}
'''

AUTH = {
    'basic': ('LoadModule auth_basic_module {modules}/mod_auth_basic.so', '''
  AuthType Basic
  AuthBasicProvider file
  AuthUserFile {folder}/passwords'''),
    'digest': ('LoadModule auth_digest_module {modules}/mod_auth_digest.so',
               '''
  AuthType Digest
  AuthDigestDomain /
  AuthDigestProvider file
  AuthUserFile {folder}/digests'''),
    'negotiate': ('LoadModule auth_gssapi_module '
                  '{modules}/mod_auth_gssapi.so', '''
  AuthType GSSAPI
  GssapiCredStore keytab:{keytab}
  GssapiAllowedMech krb5
  GssapiAcceptorName HTTP@localhost
  GssapiConnectionBound Off'''),
    'ntlm': ('LoadModule auth_gssapi_module {modules}/mod_auth_gssapi.so',
             '''
  AuthType GSSAPI
  GssapiAllowedMech ntlmssp
  GssapiConnectionBound On'''),
}

TLS = '''
SSLEngine on
SSLCertificateFile {certificate}
SSLCertificateKeyFile {certificate}
SSLSessionCache none
'''

SQUID = '''
http_port 127.0.0.1:{port}
visible_hostname squid.test
acl me src 127.0.0.1/32
acl CONNECT method CONNECT
{auth}
http_access allow me {known}
http_access deny all
cache deny all
pid_filename none
cache_log {folder}/cache.log
access_log stdio:{folder}/access.log
coredump_dir {folder}
{identity}
request_body_max_size 0
request_timeout 1 hour
read_timeout 1 day
client_lifetime 1 day
shutdown_lifetime 0 seconds
server_persistent_connections on
client_persistent_connections on
via on
pinger_enable off
max_filedescriptors 1024
cache_mem 0 MB
'''

SQUID_AUTH = {
    'basic': '''
auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
auth_param basic realm proxy
auth_param basic children 1
''',
    'digest': '''
auth_param digest program /usr/lib/squid/digest_file_auth -c {folder}/digests
auth_param digest realm proxy
auth_param digest children 1
''',
    'negotiate': '''
auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -k \
 {keytab} -s HTTP/localhost@{realm}
auth_param negotiate children 1
''',
}

KDC = '''
[kdcdefaults]
  kdc_listen = 127.0.0.1:{port}
  kdc_tcp_listen = 127.0.0.1:{port}
[realms]
  {realm} = {{
    database_name = {folder}/principal
    key_stash_file = {folder}/stash
    acl_file = {folder}/acl
  }}
[logging]
  kdc = FILE:{folder}/kdc.log
'''

KRB5 = '''
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  {realm} = {{
    kdc = 127.0.0.1:{port}
  }}
[domain_realm]
  localhost = {realm}
'''


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def read(folder, name):
    with open(os.path.join(folder, name), encoding='utf-8',
              errors='replace') as file:
        return file.read()


def give_to(folder, user):
    """Lets a server that gives up being root write here."""
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)


def digest_line(user, realm, password):
    secret = f'{user}:{realm}:{password}'.encode()
    return f'{user}:{realm}:{hashlib.md5(secret).hexdigest()}\n'


class Place:
    """A folder of its own, and a server in it."""

    def __init__(self, folder, name):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder, 0o755)
        self.port = free_port()
        self.server = None

    def stop(self):
        if self.server is not None:
            self.server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.stop()


class Point(Place):
    """wms-pubpoint, which records what it gets."""

    def __init__(self, folder, program):
        super().__init__(folder, 'point')
        self.recordings = os.path.join(self.folder, 'recordings')
        os.mkdir(self.recordings)
        self.server = Server(self.folder, 'point',
                             [program, '--port', str(self.port),
                              '--record', self.recordings], self.port)

    def has_all(self):
        """Whether it has read what its system had of a session that ended."""
        url = f'http://127.0.0.1:{self.port}/status.json'
        with urllib.request.urlopen(url, timeout=5) as answer:
            points = json.load(answer)['points']
        return all(point['state'] == 'waiting' for point in points)

    def recorded(self):
        """The files; a session makes one."""
        return [os.path.join(self.recordings, name) for name in sorted(os.listdir(self.recordings))]


class Kerberos(Place):
    """A realm with one user and the service HTTP/localhost."""

    def __init__(self, folder):
        super().__init__(folder, 'kerberos')
        facts = {'folder': self.folder, 'port': self.port, 'realm': REALM}
        self.environment = {
            'KRB5_CONFIG': write(self.folder, 'krb5.conf',
                                 KRB5.format(**facts)),
            'KRB5_KDC_PROFILE': write(self.folder, 'kdc.conf',
                                      KDC.format(**facts)),
            'KRB5CCNAME': f'FILE:{self.folder}/tickets',
            'KRB5RCACHENAME': 'none:',
        }
        self.keytab = os.path.join(self.folder, 'keytab')
        self.command('kdb5_util', 'create', '-s', '-r', REALM, '-P', 'master')
        for line in (f'addprinc -pw {PASSWORD} {USER}',
                     'addprinc -randkey HTTP/localhost',
                     f'ktadd -k {self.keytab} HTTP/localhost'):
            self.command('kadmin.local', '-r', REALM, '-q', line)
        os.chmod(self.keytab, 0o644)
        self.server = Server(self.folder, 'kdc', ['krb5kdc', '-n'],
                             self.port, **self.environment)

    def command(self, *arguments, text=None):
        run(arguments, self.folder, text, **self.environment)

    def get_ticket(self):
        """What the user has in the morning."""
        self.command('kinit', USER, text=PASSWORD + '\n')

    def end_ticket(self):
        """What he has in the evening."""
        os.remove(os.path.join(self.folder, 'tickets'))


class Apache(Place):
    """In front of a publishing point, with one kind of authentication."""

    def __init__(self, folder, auth, backend, kerberos=None, tls=False):
        super().__init__(folder, 'apache')
        self.tls = tls
        module, settings = AUTH[auth]
        facts = {'folder': self.folder, 'modules': MODULES,
                 'keytab': kerberos.keytab if kerberos else '',
                 'certificate': CERTIFICATE}
        extra = module + (TLS if tls else '')
        write(self.folder, 'digests', digest_line(USER, 'publish', PASSWORD))
        run(['htpasswd', '-cb', 'passwords', USER, PASSWORD], self.folder)
        users = write(self.folder, 'ntlm', f'{DOMAIN}:{USER}:{PASSWORD}\n')
        give_to(self.folder, 'www-data')
        self.config = write(self.folder, 'apache.conf', APACHE.format(
            port=self.port, backend=backend, extra=extra.format(**facts),
            auth=settings.format(**facts),
            identity='User www-data\nGroup www-data'
            if os.getuid() == 0 else '', **facts))
        self.environment = dict(kerberos.environment) if kerberos else {}
        self.environment['NTLM_USER_FILE'] = users
        self.start()

    def start(self):
        """Also once more, where it was."""
        self.server = Server(self.folder, 'apache',
                             ['apache2', '-f', self.config, '-DFOREGROUND'],
                             self.port, **self.environment)

    def url(self):
        return f'http{"s" if self.tls else ""}://localhost:{self.port}/live'

    def requests(self):
        """[(kind, user, status)], each request that has been answered; none
        has brought what is for a proxy."""
        lines = read(self.folder, 'access.log')
        assert all(line.endswith(' -') for line in lines.splitlines()), lines
        return [(kind.rpartition('-')[2], user, int(status))
                for kind, user, status in
                re.findall(r'^(\S+) (\S+) (\d+) ', lines, re.M)]


class Nginx(Place):
    """nginx in front of a publishing point, with these settings."""

    def __init__(self, folder, backend, settings):
        super().__init__(folder, 'nginx')
        path = os.path.join(self.folder, 'nginx.conf')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(NGINX.format(port=self.port, backend=backend, settings=settings))
        self.server = Server(self.folder, 'nginx',
                             ['nginx', '-p', self.folder, '-e', 'stderr', '-c', path], self.port)

    def url(self):
        return f'http://127.0.0.1:{self.port}/live'


class Squid(Place):
    """A forward proxy, which may want to know who comes."""

    def __init__(self, folder, auth=None, kerberos=None):
        super().__init__(folder, 'squid')
        write(self.folder, 'digests',
              digest_line(PROXY_USER, 'proxy', PROXY_PASSWORD))
        run(['htpasswd', '-cb', 'passwords', PROXY_USER, PROXY_PASSWORD],
            self.folder)
        give_to(self.folder, 'proxy')
        settings = '' if not auth else SQUID_AUTH[auth].format(
            folder=self.folder, realm=REALM,
            keytab=kerberos.keytab if kerberos else '')
        config = write(self.folder, 'squid.conf', SQUID.format(
            port=self.port, folder=self.folder,
            known='known' if auth else '',
            auth=settings + 'acl known proxy_auth REQUIRED' if auth else '',
            identity='cache_effective_user proxy'
            if os.getuid() == 0 else ''))
        self.server = Server(self.folder, 'squid',
                             ['squid', '-N', '-f', config], self.port,
                             **(kerberos.environment if kerberos else {}))

    def url(self):
        return f'http://localhost:{self.port}'

    def requests(self):
        """[(status, method, user)], each request that has ended."""
        return [(int(status), method, user) for status, method, user in
                re.findall(r'/(\d+) \d+ ([A-Z]+) \S+ (\S+) ',
                           read(self.folder, 'access.log'))]

    def wait_requests(self, number):
        wait_for(lambda: len(self.requests()) >= number,
                 'the proxy has had fewer requests')
        return self.requests()

