"""Runs programs in interleaved rounds and says what each run took.

Standard input: {"rounds": 15, "warmup": 2, "rows": [{"name", "files", "args", "env", "cwd", "fresh"}]}
`files` are copies of one program, run in turn; `fresh`, where it is there, is removed before each run.
Standard output: {name: {"wallMs": [...], "cpuMs": [...], "maxRssKiB": [...],
"pageFaults": [...], "failed": 0}}

It is Python because posix_spawn and wait4 come with it: no shell, no copy of a large parent's page
tables, and the peak memory of exactly one process. A peak below this runner's own is the runner's
(Linux counts what the process was before exec).
"""

import json
import os
import random
import shutil
import sys
import tempfile
import time


def settle(file):
    """Takes a file out of the page cache and reads it in again, in order.

    How the pages of a file of 110 MB lie in memory depends on how it was written, and is worth up to a
    twentieth of its start. A file that comes from a disk, as that of a container does, lies like this.
    """
    with open(file, "rb+") as program:
        os.fsync(program)
        os.posix_fadvise(program.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while program.read(1 << 20):
            pass


def run_once(row, turn):
    """One run: milliseconds on the clock, milliseconds on a processor, peak KiB, page faults, wait status."""
    os.chdir(row["cwd"])
    if "fresh" in row:
        shutil.rmtree(row["fresh"], ignore_errors=True)
    file = row["files"][turn % len(row["files"])]
    started = time.perf_counter()
    pid = os.posix_spawn(file, [file, *row["args"]], row["env"], file_actions=QUIET)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - started
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000, usage.ru_maxrss, usage.ru_minflt, status


def measure(plan):
    for file in {file for row in plan["rows"] for file in row["files"]}:
        if file.startswith(tempfile.gettempdir()):
            settle(file)
    results = {row["name"]: {"wallMs": [], "cpuMs": [], "maxRssKiB": [], "pageFaults": [], "failed": 0} for row in plan["rows"]}
    for turn in range(-plan["warmup"], plan["rounds"]):
        # A fresh order each round, so that no row always runs after the same neighbour.
        for row in random.sample(plan["rows"], len(plan["rows"])):
            wall, cpu, rss, faults, status = run_once(row, turn)
            if turn < 0:
                continue
            result = results[row["name"]]
            result["wallMs"].append(round(wall, 4))
            result["cpuMs"].append(round(cpu, 4))
            result["maxRssKiB"].append(rss)
            result["pageFaults"].append(faults)
            result["failed"] += status != 0
    return results


NULL = os.open("/dev/null", os.O_RDWR)
QUIET = [(os.POSIX_SPAWN_DUP2, NULL, descriptor) for descriptor in (0, 1)]
json.dump(measure(json.load(sys.stdin)), sys.stdout)
