#!/usr/bin/env python3
"""How well the program reads pages: extract.py BINARY, run by `make eval`.

Always: the pages of sources/extract/testdata. With SEEDS, a folder of page texts with seeds_gold.json: those, exactly. With
SETS and HARNESS, a folder of prepared sets ext_*.jsonl and the evaluation harness: token and segment F1 and milliseconds a
page. What is not given is named as skipped. Only Python's standard library is needed.
"""
import json
import os
import re
import subprocess
import sys
from datetime import datetime

BINARY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# set, the measure, the floor and the aim
BARS = [("ext_daniel_ru", "f1", .84, .88), ("ext_daniel_pl", "f1", .86, .90), ("ext_daniel_ru_raw", "f1", .82, .85),
        ("ext_daniel_pl_raw", "f1", .88, .90), ("ext_scrapinghub", "f1", .95, .965), ("ext_trafilatura", "seg_f1", .90, .92)]


def analyze(records):
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records)
    p = subprocess.run([BINARY, "analyze", "--only", "title,published,text"], input=lines, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in p.stdout.splitlines()]


def row(name, value, floor="", aim="", note=""):
    print(f"{name:<28} {value:>12} {floor:>8} {aim:>8}  {note}")


def golden(file):
    text = open(os.path.join(ROOT, "sources/extract/testdata", file), encoding="utf-8").read()
    pages = []
    for part in text.split("\n=== ")[1:]:
        head, html = part.split("\n---\n", 1)
        name, _, fields = head.partition("\n")
        want = [line.split(": ", 1) for line in fields.split("\n")]
        pages.append((name, [(k, "" if v == "-" else v) for k, v in want], html))
    got = analyze({"id": n, "url": "https://rada.example/news/1", "html": h} for n, _, h in pages)
    wrong = []
    for (name, want, _), p in zip(pages, got):
        text = p["text"]
        right = {"title": lambda v: (p["title"] or "") == v, "date": lambda v: same(p["published"], v),
                 "first": lambda v: text.startswith(v) and bool(v or not text), "last": text.endswith,
                 "has": lambda v: v in text, "not": lambda v: v not in text}
        faults = [k for k, v in want if not right[k](v)]
        if faults:
            wrong.append(f"{name}: {', '.join(faults)}")
    row(file, f"{len(pages) - len(wrong)} of {len(pages)}")
    for w in wrong:
        print("    " + w)


def same(got, want):
    if not got or not want:
        return (got or "") == (want or "")
    return datetime.fromisoformat(got) == datetime.fromisoformat(want)


def seeds(folder):
    gold = json.load(open(os.path.join(folder, "seeds_gold.json"), encoding="utf-8"))
    raws = [open(os.path.join(folder, g["file"]), encoding="utf-8").read() for g in gold]
    right = 0
    for g, raw, p in zip(gold, raws, analyze({"id": g["id"], "raw": raw} for g, raw in zip(gold, raws))):
        first, last = g["lines"]
        body = "\n".join(s for s in (" ".join(line.split()) for line in raw.split("\n")[first - 1:last]) if s)
        faults = [k for k, ok in [("title", p["title"] == g["title"]), ("date", same(p["published"], g["date"])), ("body", p["text"] == body),
                                  ("first", p["text"].startswith(g["body_first"])), ("last", p["text"].endswith(g["body_last"]))] if not ok]
        right += not faults
        if faults:
            print(f"    {g['id']}: {', '.join(faults)}")
    row("seeds", f"{right} of {len(gold)}", str(len(gold)))


def sets(folder, harness):
    for name, measure, floor, aim in BARS:
        data = os.path.join(folder, name + ".jsonl")
        if not os.path.exists(data):
            print(f"skipped: {name} is not in SETS")
            continue
        command = f"{sys.executable} {os.path.join(harness, 'adapter.py')} extract {BINARY}"
        p = subprocess.run([sys.executable, os.path.join(harness, "run.py"), "extract", "--data", data, "--cmd", command],
                           stdout=subprocess.PIPE, text=True, check=True)
        pattern = r"segP/R/Acc/F [\d.]+/[\d.]+/[\d.]+/([\d.]+)" if measure == "seg_f1" else r"tokenP/R/F [\d.]+/[\d.]+/([\d.]+)"
        f = float(re.search(pattern, p.stdout)[1])
        ms = re.search(r"([\d.]+) ms/page", p.stdout)[1]
        note = "aim" if f >= aim else "floor" if f >= floor else "BELOW"
        row(name, f"{f:.3f}", f"{floor:.3f}", f"{aim:.3f}", f"{note}, {ms} ms a page")


row("set", "result", "floor", "aim")
golden("pages.txt")
golden("pages_heldout.txt")
if os.environ.get("SEEDS"):
    seeds(os.environ["SEEDS"])
else:
    print("skipped: seeds (SEEDS names no folder)")
if os.environ.get("SETS") and os.environ.get("HARNESS"):
    sets(os.environ["SETS"], os.environ["HARNESS"])
else:
    print("skipped: sets (SETS and HARNESS name no folders)")
