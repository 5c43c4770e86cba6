"""What other values beside a value say of it: a coin's address, a repetition, the name that a password is made of."""

import pytest

from keyscan.engine.filters.value_neighbours import is_coin_address, is_derived, is_repeated

ADDRESS = "So11111111111111111111111111111111111111112"
DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(number):
    """`number` in Bitcoin's alphabet."""
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = DIGITS[digit] + text
    return text


def test_thirty_two_bytes_in_base58_are_an_address():
    """43 or 44 digits below 2 to the 256th; a digit that the alphabet lacks, or a larger number, make none."""
    assert is_coin_address(ADDRESS.encode())
    assert is_coin_address(base58(2**256 - 1).encode())
    assert not is_coin_address(base58(2**256).encode())
    assert not is_coin_address(("0" + ADDRESS[1:]).encode())
    assert not is_coin_address(ADDRESS[:40].encode())


@pytest.mark.parametrize(
    ("near", "repeated"),
    [
        (b'user("qwibyte").password("qwibyte")', True),
        (b"postgres://qwibyte:qwibyte@db/x", True),
        (rb"{\"user\":\"qwibyte\",\"password\":\"qwibyte\"}", True),
        (b'password("qwibyte").host("qwibyte-db")', False),
        (b'password("qwibyte")', False),
    ],
)
def test_a_password_that_another_setting_has_too_is_a_default(near, repeated):
    """The same word as a whole value beside it, not as part of one; a random value may be confirmed."""
    assert is_repeated(b"qwibyte", near) == repeated
    assert not is_repeated(b"Qw1byte9", b'password="Qw1byte9" confirm="Qw1byte9"')


@pytest.mark.parametrize(
    ("value", "near", "derived"),
    [
        (b"orchard123", b"MYSQL_USER: ${MYSQL_USER:-orchard}\nMYSQL_PASSWORD: ", True),
        (b"Orchard_2024!", b'user = "orchard"\npassword = ', True),
        (b"orchard123", b"DATABASE: orchard123\nPASSWORD: ", False),
        (b"orchard123", b"DATABASE: orchards\nPASSWORD: ", False),
        (b"or1", b"USER: or\nPASSWORD: ", False),
        (b"Kp7orchardXq9", b"USER: orchard\nPASSWORD: ", False),
        (b"orchard123", b"PASSWORD: ", False),
    ],
)
def test_a_password_made_of_the_user_s_name_and_digits_is_a_default(value, near, derived):
    """Only digits and signs behind a whole value beside it: a generated password that a name stands in is none."""
    assert is_derived(value, near) == derived
