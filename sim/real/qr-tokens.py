"""QR tokens by another hand: `qr-tokens.py PUBLIC_KEY_HEX SITE GATEWAY TOKEN`.

Reads base45 (RFC 9285) and the 25 bytes of the body, checks the signature with libsodium (PyNaCl), and makes
forgeries of the token with keys of its own. Prints one JSON object. Shares no code with what issues and reads.
"""
import hashlib
import json
import struct
import sys

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
BODY, SIGNATURE = 25, 64
ONE_USE, ONE_POINT = 1, 4
FIELDS = ">BBB4sQHII"


def from_base45(text):
    out = bytearray()
    for at in range(0, len(text), 3):
        group = text[at : at + 3]
        value = sum(ALPHABET.index(c) * 45**place for place, c in enumerate(group))
        out += value.to_bytes(2 if len(group) == 3 else 1, "big")
    return bytes(out)


def to_base45(data):
    text = ""
    for at in range(0, len(data), 2):
        group = data[at : at + 2]
        value, length = int.from_bytes(group, "big"), 3 if len(group) == 2 else 2
        for _ in range(length):
            text += ALPHABET[value % 45]
            value //= 45
    return text


def audience(flags):
    gateway = GATEWAY if flags & ONE_USE else ""
    return f"access-qr-v1\0{SITE}\0{gateway}\0".encode()


def token(body, key):
    return to_base45(body + key.sign(audience(body[2]) + body).signature)


def changed(body, **change):
    names = ("version", "key", "flags", "audience", "grant", "door", "start", "end")
    values = dict(zip(names, struct.unpack(FIELDS, body)))
    return struct.pack(FIELDS, *{**values, **change}.values())


PUBLIC, SITE, GATEWAY, TEXT = sys.argv[1:]
raw = from_base45(TEXT)
body, signature = raw[:BODY], raw[BODY:]
version, key_number, flags, named, grant, door, start, end = struct.unpack(FIELDS, body)
try:
    VerifyKey(bytes.fromhex(PUBLIC)).verify(audience(flags) + body, signature)
    genuine = len(signature) == SIGNATURE
except BadSignatureError:
    genuine = False
stranger = SigningKey.generate()
longer = changed(body, end=end + 3600)
print(
    json.dumps(
        {
            "genuine": genuine,
            "version": version,
            "isForHere": named == hashlib.sha256(audience(flags)).digest()[:4],
            "isOneUse": bool(flags & ONE_USE),
            "isOnePoint": bool(flags & ONE_POINT),
            "door": door,
            "seconds": end - start,
            "forgeries": {
                "a stranger's key": token(body, stranger),
                "his own last second": to_base45(longer + signature),
                "another bay": to_base45(changed(body, door=door % 2 + 1) + signature),
            },
            "ownKeyHex": bytes(stranger.verify_key).hex(),
        }
    )
)
