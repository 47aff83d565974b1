"""What each stage may write, read and delete, and nothing else, by the names of the forms in functions/common/keys.py."""

import re

from functions.common import keys

FIELDS = {
    "id": "abcdefghijklmnop",
    "rev": "qrstuvwxyz234567",
    "unit": "v00000",
    "version": "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo",
    "rendition": "v/1080p-h264",
    "number": "12",
    "generation": "7",
    "bundled": "fragment/unknown_af8f138.pf_fragment",
    "list": "jklmnopqrstuvwxy",
    "hash": "0123456789abcdef",
    "width": "1280",
    "picture": "jpg",
    "client": "studio-1",
    "item": "6f1c2f0e-7f0b-4b6a-9f3e-0c5a8f1d2b3c",
    "file": "talk.mp4",
    "token": "tokenabcdefghij2",
    "container": "webm",
}
FORMS = {name: form for name, form in vars(keys).items() if isinstance(form, keys.Form)}
BUCKET_OF = {
    **dict.fromkeys(keys.WORK_FORMS, "Work"),
    **dict.fromkeys(keys.MEDIA_FORMS, "Media"),
    **dict.fromkeys(keys.SITE_FORMS, "Site"),
    keys.UPLOAD: "Inbox",
}


def key(form: keys.Form) -> str:
    return form.key(**{name: FIELDS[name] for name in re.findall(r"\{(\w+)\}", form.template)})


# One object of each form; ingest's own error receipt besides, which no order precedes.
OBJECTS = {name: (BUCKET_OF[form], key(form)) for name, form in FORMS.items()} | {
    "INGEST_ERROR": ("Work", keys.ERROR.key(id=FIELDS["id"], rev=FIELDS["rev"], unit="ingest")),
    "DROPPED": ("Inbox", "talks/On birds.mp4"),
}
RECEIPTS = {"OK", "ERROR", "SIDE_OK", "SIDE_ERROR", "INGEST_ERROR"}
ERRORS = {"ERROR", "SIDE_ERROR", "INGEST_ERROR"}
ORDERS = {"ORDER", "SIDE_ORDER"}
ENCODED = {"INIT", "SEGMENTS", "SPRITE", "POSTER", "IMAGE", "TEXT", "FILE", "SIDE_CAPTIONS", "SIDE_POSTER"}
INDEXED = {"MANIFEST", "MAIN", "PLAYLIST", "STORYBOARD"}
PAGES = {"INDEX_PAGE", "LIST_PAGE", "WATCH_PAGE", "EMBED_PAGE", "OEMBED", "ATOM_FEED", "JSON_FEED", "ROBOTS", "SITEMAP"}
PARTS = {"PAGE", "DIRECTORY"}
BUNDLES = {"MEMBERS", "BUNDLE_FILE"}

WRITES = {
    "ingest": {"CURRENT", "PLAN", *ORDERS, "INGEST_ERROR"},
    "transcode": {*RECEIPTS, *ENCODED, "UNDERWAY"},  # ok or error of any unit; no role can tell one unit from another
    "index": {*INDEXED, "FRAGMENT"},
    "catalogue": {"ROOT", *PARTS, *PAGES, "SITEMAP_PART", "UNSEARCHED"},
    "search": {"LIVE", *BUNDLES},
    "api": {"ITEM", "UPLOAD", "ASKED", "TOKEN"},
    "sweep": {"CURRENT", *ERRORS},
}
READS = {
    "ingest": {"CURRENT", "PLAN", *ORDERS, *RECEIPTS, "ITEM", "UPLOAD", "DROPPED"},
    "transcode": {"CURRENT", *ORDERS, *RECEIPTS, "INIT", "SEGMENTS"},
    "index": {"CURRENT", "PLAN", *RECEIPTS, "FRAGMENT", *ENCODED, *INDEXED},
    "catalogue": {"MANIFEST", "ROOT", *PARTS, *PAGES, "SITEMAP_PART", "RELEASE", "UNSEARCHED"},
    "search": {"MANIFEST", "TEXT", "SIDE_CAPTIONS", "LIVE", *BUNDLES},
    "api": {"ITEM", "ASKED", "TOKEN", "CURRENT", "PLAN", *RECEIPTS, "UNDERWAY", "MANIFEST", "UPLOAD"},
    "sweep": {"CURRENT", "PLAN", *ORDERS, *RECEIPTS, "MANIFEST", "ROOT", *PARTS, "LIVE", "SITEMAP", "UPLOAD", "DROPPED"},
}
DELETES = {
    "ingest": set[str](),
    "transcode": {"UNDERWAY"},
    "index": set[str](),
    "catalogue": {"FRAGMENT"},
    "search": {"UNSEARCHED"},
    "api": {"ITEM", "TOKEN", "UPLOAD", *ERRORS},
    "sweep": {
        "PLAN",
        *ORDERS,
        *RECEIPTS,
        *ENCODED,
        "MAIN",
        "PLAYLIST",
        "STORYBOARD",
        *PARTS,
        *BUNDLES,
        "SITEMAP_PART",
    },  # not the manifest
}
VERSIONED_READERS = {"ingest", "transcode", "sweep"}
