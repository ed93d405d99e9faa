#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes certificates for the host "localhost" in the current folder, each with
# something else amiss: NAME.pem has certificate and key, ca.pem is the issuer.
set -e

cat >ca.cnf <<END
[req]
distinguished_name = name
[name]
[ca]
default_ca = test
[test]
database = index
serial = serial
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[issuer]
basicConstraints = critical, CA:TRUE
[host]
subjectAltName = DNS:localhost
[other]
subjectAltName = DNS:other.example
[constrained]
basicConstraints = critical, CA:TRUE
nameConstraints = critical, permitted;DNS:example
END
: >index
echo 01 >serial

# request OPTION...: a new key on the curve P-256, and what it is for
request () {
  openssl req -new -config ca.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
    -nodes "$@"
}

# issue NAME EXTENSIONS FROM TO [OPTION...]
issue () {
  name=$1 extensions=$2 from=$3 to=$4
  shift 4
  openssl ca -batch -notext -config ca.cnf -in host.csr -out "$name.crt" \
    -extensions "$extensions" -startdate "${from}0101000000Z" \
    -enddate "${to}0101000000Z" "$@"
  cat "$name.crt" host.key >"$name.pem"
}

request -x509 -days 30 -subj /CN=issuer -extensions issuer -keyout ca.key \
  -out ca.pem
request -subj /CN=localhost -keyout host.key -out host.csr
issue good host 2020 2099
issue other other 2020 2099
issue expired host 2020 2021
issue later host 2098 2099
issue insecure host 2020 2099 -md sha1

# an issuer that may not speak for this host
request -x509 -days 30 -subj /CN=constrained -extensions constrained \
  -keyout ca.key -out constrained.ca
cat constrained.ca >>ca.pem
issue constrained host 2020 2099 -cert constrained.ca
