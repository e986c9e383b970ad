"""SIP8xx. Habits: what works, and will not age well."""

from __future__ import annotations

from kubectl_sharedip.diagnose.catalogue.entry import ALLOCATOR, POOLS, Entry, entry

ROWS: tuple[Entry, ...] = (
    entry(
        "SIP801",
        "key-says-nothing",
        "info",
        'Its sharing key is "{key}", which does not say what the group is for.',
        "",
        "",
        arises=(
            "The sharing key is a word such as true, 1, k or shared, or a single character. It works "
            "like any other, and the next person who needs a key may choose the same."
        ),
        clear=(
            "Name the group by what it is for, such as dns or shop-edge, in all its Services. Changing a "
            "key on a shared address moves Services: fix foretells what."
        ),
    ),
    entry(
        "SIP802",
        "key-across-environments",
        "warning",
        'Its sharing key "{key}" joins environments: it is {own}, {others}.',
        "",
        "",
        arises=(
            "Services of different environments use one sharing key. Labels say which environment (on "
            "the Service, else on its namespace), else a word in the namespace's name; check "
            "--environments sets which."
        ),
        clear=(
            "Put the environment into the key, such as edge-prod and edge-dev, so that a test cannot take "
            "a port of production."
        ),
    ),
    entry(
        "SIP803",
        "unrelated-sharers",
        "info",
        "It belongs to {app}, and shares {address} with {others}: what moves the address moves them all.",
        "",
        "",
        arises=(
            "Sharers of one address belong to different applications, by app.kubernetes.io/part-of, else "
            "by app.kubernetes.io/instance or name. An outage or a move of the address is then theirs in "
            "common."
        ),
        clear=(
            "Nothing has to be done where that is wanted. Else give each application a key, and an "
            "address, of its own."
        ),
    ),
    entry(
        "SIP804",
        "sharing-by-luck",
        "warning",
        "{address} is shared by luck ({sharers}): it does not ask for this address, and its pools have"
        " others.",
        "",
        f"{ALLOCATOR} getIPFromCIDR",
        POOLS,
        arises=(
            "The Service shares an address that it does not ask for. A key allows to share and asks for "
            "nothing: MetalLB gives the lowest address that is free or can be joined, so the order in which "
            "Services came put them together, and created anew it may get another one."
        ),
        clear="Have each of them ask for the address, as fix --pin does without moving anything.",
    ),
)
