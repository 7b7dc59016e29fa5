#!/bin/sh
# Certificates for a lab: a CA of its own and one certificate per site. Not for production: the CA's key stays beside it.
set -eu

usage() {
    cat <<USAGE
usage: make-test-ca.sh [-d DAYS] DIR NAME[,SAN]...

Makes DIR/ca.pem and DIR/ca.key unless they exist, and for each site NAME its DIR/NAME.pem and DIR/NAME.key, signed by
that CA, in place of earlier ones. A certificate names its site and 127.0.0.1, and further names as given:

    make-test-ca.sh /tmp/lab rome,IP:192.0.2.1,DNS:sip.rome.example oslo

  -d DAYS  how long the certificates are valid (30); negative makes expired ones
USAGE
}

days=30
while getopts d:h option; do
    case $option in
        d) days=$OPTARG ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || { usage >&2; exit 2; }
dir=$1
shift

umask 077
mkdir -p "$dir"
quietly() {  # openssl tells of its success on stderr
    "$@" 2>"$dir/.log" || { cat "$dir/.log" >&2; exit 1; }
    rm -f "$dir/.log"
}
new_key() { quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -e "$dir/ca.pem" ]; then
    new_key "$dir/ca.key"
    quietly openssl req -new -x509 -key "$dir/ca.key" -sha256 -days 3650 -subj "/CN=lab CA" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out "$dir/ca.pem"
fi

for site in "$@"; do
    name=${site%%,*}
    more=${site#"$name"}
    new_key "$dir/$name.key"
    cat >"$dir/.extensions" <<EXTENSIONS
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth,clientAuth
subjectAltName = DNS:$name,IP:127.0.0.1$more
EXTENSIONS
    quietly openssl req -new -key "$dir/$name.key" -subj "/CN=$name" -out "$dir/.request"
    quietly openssl x509 -req -in "$dir/.request" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -sha256 -days "$days" \
        -set_serial "0x$(openssl rand -hex 8)" -extfile "$dir/.extensions" -out "$dir/$name.pem"
    rm -f "$dir/.request" "$dir/.extensions"
done
