"""RSA with SHA-1, as CloudFront wants its policies signed. PURE."""

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def sign(pem: str, message: bytes) -> bytes:
    """Sign by a private key without a password. Raises TypeError for a key that is not RSA's."""
    private = load_pem_private_key(pem.encode(), None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("the viewers' key is not RSA")
    return private.sign(message, PKCS1v15(), SHA1())  # noqa: S303  # CloudFront's choice
