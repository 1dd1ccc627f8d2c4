#!/usr/bin/env python3
"""How well digests are made: digest.py BINARY, run by `make eval`.

With SETS and HARNESS, a folder of prepared sets and the evaluation harness: near-duplicates, stories, summaries, topics, each
beside the simplest baseline. What is not given is named as skipped. Only Python's standard library is needed. The topics and
stories of one labelled day stand in the tests of package digest.
"""
import json
import os
import subprocess
import sys
import tempfile

BINARY = os.path.abspath(sys.argv[1])
SETS, HARNESS = os.environ.get("SETS"), os.environ.get("HARNESS")
# set, task, the figure, its name, the floor and the aim, a baseline's command
BARS = [
    ("dup_stream", "dedupe", lambda r: r["pairs"][0], "precision", .99, 1.0, "dedupe.py simhash"),
    ("dup_stream", "dedupe", lambda r: r["pairs"][1], "recall", .98, .99, "dedupe.py simhash"),
    ("dup_synth_20", "dedupe", lambda r: r["pairs"][1], "recall", .99, "", "dedupe.py simhash"),
    ("dup_synth_40", "dedupe", lambda r: r["pairs"][1], "recall", .97, "", "dedupe.py simhash"),
    ("dup_short", "dedupe", lambda r: r["pairs"][1], "recall", "", .99, "dedupe.py simhash"),
    ("dup_daily", "dedupe", lambda r: r["got_pairs"], "false pairs", 0, "", "dedupe.py simhash"),
    ("dup_digest", "dedupe", lambda r: r["got_pairs"], "false pairs", 0, "", "dedupe.py simhash"),
    ("clu_tg_ru", "cluster", lambda r: r["b3"][2], "B3 F1", .92, .94, "cluster.py"),
    ("clu_tg_ru", "cluster", lambda r: r["pairs"][2], "pairs F1", .68, .75, "cluster.py"),
    ("clu_tg_ru", "cluster", lambda r: r["judged"][2], "judged F1", .80, .84, "cluster.py"),
    ("clu_nyan_ru", "cluster", lambda r: r["judged"][2], "judged F1", "", "", "cluster.py"),
    ("sum_daniel_ru", "summarise", lambda r: r["r1"], "ROUGE-1", .45, .50, "summarise.py lead 2"),
    ("sum_daniel_pl", "summarise", lambda r: r["r1"], "ROUGE-1", .56, .60, "summarise.py lead 2"),
    ("sum_daniel_ru_verbatim", "summarise", lambda r: r["extractive"], "verbatim", 1.0, "", "summarise.py textrank 2"),
]


def scores(name, task, command, cache):
    if (name, command) not in cache:
        with tempfile.NamedTemporaryFile(suffix=".json") as out:
            subprocess.run([sys.executable, "run.py", task, "--data", os.path.join(SETS, name + ".jsonl"), "--cmd", command, "--json", out.name],
                           cwd=HARNESS, stdout=subprocess.DEVNULL, check=True)
            cache[name, command] = list(json.load(open(out.name))["results"].values())[0]
    return cache[name, command]


def figure(pick, result):
    value = pick(result)
    if isinstance(value, (list, tuple)):
        value = value[2] if len(value) == 3 else value[0]
    return value if isinstance(value, int) else round(value, 3)


def taught(train, test):
    """The table of `topics test` as topic: [texts, told, right]."""
    lines = lambda part: "".join(json.dumps({"title": r.get("title") or "", "text": r["text"], "topics": r["gold"]["topics"]}, ensure_ascii=False) + "\n" for r in part)
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model")
        subprocess.run([BINARY, "topics", "train", "--model", model], input=lines(train), text=True, stdout=subprocess.DEVNULL, check=True)
        p = subprocess.run([BINARY, "topics", "test", "--model", model], input=lines(test), text=True, stdout=subprocess.PIPE, check=True)
    return {row[0]: [int(n) for n in row[1:4]] for row in (line.split() for line in p.stdout.splitlines()[1:-1])}


def topics():
    """Trained on one part of labelled texts, asked about the other; in sets with folds each fold is asked once."""
    for name, floor, aim in (("top_sib_uk", .75, .78), ("top_tg_ru", .85, .88)):
        path = os.path.join(SETS, name + ".jsonl")
        if not os.path.exists(path):
            print(f"{name:<24} skipped: not in SETS")
            continue
        rows = [json.loads(line) for line in open(path, encoding="utf-8")]
        folds = sorted({r["fold"] for r in rows if "fold" in r})
        parts = [([r for r in rows if r["fold"] != f], [r for r in rows if r["fold"] == f]) for f in folds] or \
            [([r for r in rows if r.get("train")], [r for r in rows if not r.get("train")])]
        sums = {}
        for train, test in parts:
            for topic, counts in taught(train, test).items():
                sums[topic] = [a + b for a, b in zip(sums.get(topic, [0, 0, 0]), counts)]
        f1 = [2 * right / max(1, texts + told) for texts, told, right in sums.values() if texts]
        print(f"{name:<24} {'macro-F1':<12} {sum(f1) / len(f1):>8.3f} {floor:>8} {aim:>8}  learnt topics, {sum(c[0] for c in sums.values())} texts")


def main():
    if not SETS or not HARNESS:
        print("digests: skipped, SETS and HARNESS are not given")
        return
    print(f"{'set':<24} {'figure':<12} {'here':>8} {'floor':>8} {'aim':>8} {'baseline':>9}")
    cache = {}
    ours = {task: f"{sys.executable} adapter.py {task} {BINARY}" for task in ("dedupe", "cluster", "summarise")}
    for name, task, pick, label, floor, aim, baseline in BARS:
        if not os.path.exists(os.path.join(SETS, name + ".jsonl")):
            print(f"{name:<24} skipped: not in SETS")
            continue
        here = figure(pick, scores(name, task, ours[task], cache))
        base = figure(pick, scores(name, task, f"{sys.executable} baselines/{baseline}", cache))
        print(f"{name:<24} {label:<12} {here:>8} {floor:>8} {aim:>8} {base:>9}")
    topics()


main()
