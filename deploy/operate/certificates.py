"""Certificates for the containers' Kafka: an authority that signs once and forgets its key, and the broker's own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from deploy.machine import write

AUTHORITY, AUTHORITY_FILE = "Schools Child Portal", "ca.pem"
VALID_DAYS = 825
SOON_DAYS = 60  # one that ends sooner is told of; it is made anew when it is asked for, for all must start again then
READABLE = 0o644  # by the broker, who is another user
BACK_DATED = timedelta(hours=1)  # for clocks that are a little behind


def make(keys: Path, authority: Path, broker: str, *, anew: bool = False) -> bool:
    """The key store `keys/<broker>.pem` (PEM: private key, certificate) and `authority/ca.pem`. Whether they are new.

    The authority's key is not kept, so nobody can sign with it later: a new certificate comes with a new authority,
    and everybody must be started again.
    """
    store, trusted = keys / f"{broker}.pem", authority / AUTHORITY_FILE
    if not anew and _good(store, trusted):
        return False
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    signing = [x509.BasicConstraints(ca=True, path_length=0), _usage(signs=True)]
    ca = _signed(AUTHORITY, ca_key.public_key(), ca_key, signing)
    leaf = _signed(broker, key.public_key(), ca_key, _of_broker(broker))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write(trusted, ca.public_bytes(Encoding.PEM).decode(), READABLE)
    # A crash here: the two do not belong together, and the next run makes both again.
    write(store, (private + leaf.public_bytes(Encoding.PEM)).decode(), READABLE)
    return True


def ends_soon(keys: Path, broker: str) -> datetime | None:
    """When the broker's certificate ends, if that is within SOON_DAYS."""
    ends = x509.load_pem_x509_certificate((keys / f"{broker}.pem").read_bytes()).not_valid_after_utc
    return ends if ends - datetime.now(UTC) < timedelta(days=SOON_DAYS) else None


def _good(store: Path, trusted: Path) -> bool:
    """Whether both are there, belong together and have not ended."""
    try:
        leaf = x509.load_pem_x509_certificate(store.read_bytes())
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(trusted.read_bytes()))
    except Exception:  # missing, cut off, of two makes: whatever is wrong with them, new ones are made
        return False
    return leaf.not_valid_after_utc > datetime.now(UTC)


def _signed(
    subject: str, key: ec.EllipticCurvePublicKey, by: ec.EllipticCurvePrivateKey, extensions: list[x509.ExtensionType]
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(_named(subject)).issuer_name(_named(AUTHORITY)).public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACK_DATED).not_valid_after(now + timedelta(days=VALID_DAYS))
    )  # fmt: skip
    common = [
        x509.SubjectKeyIdentifier.from_public_key(key),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()),
    ]
    for one in [*extensions, *common]:
        made = made.add_extension(one, critical=isinstance(one, (x509.BasicConstraints, x509.KeyUsage)))
    return made.sign(by, hashes.SHA256())


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _of_broker(name: str) -> list[x509.ExtensionType]:
    return [
        x509.BasicConstraints(ca=False, path_length=None),
        _usage(signs=False),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("localhost")]),
    ]


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
