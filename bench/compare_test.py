#!/usr/bin/python3
"""Tests of compare.py: what differs is told, what doesn't isn't."""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

import compare


def samples(mean, count=120):
    source = random.Random(mean * 1000 + count)
    return [source.gauss(mean, mean / 20) for _ in range(count)]


class Compare(unittest.TestCase):
    def run_on(self, before, after):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, content in (("before", before), ("after", after)):
                paths.append(os.path.join(folder, name))
                with open(paths[-1], "w", encoding="utf-8") as file:
                    json.dump({"samples": content}, file)
            script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare.py")
            return subprocess.run([sys.executable, script, *paths], capture_output=True, text=True, check=False)

    def test_a_run_does_not_differ_from_itself(self):
        self.assertEqual(self.run_on({"a": samples(10)}, {"a": samples(10)}).returncode, 0)

    def test_ten_percent_are_seen(self):
        done = self.run_on({"a": samples(10), "b": samples(3)}, {"a": samples(11), "b": samples(3)})
        self.assertEqual(done.returncode, 1)
        self.assertIn("slower", done.stdout)
        self.assertIn("1 of 2 changed", done.stdout)

    def test_another_draw_of_the_same_is_no_change(self):
        self.assertEqual(self.run_on({"a": samples(10, 120)}, {"a": samples(10, 121)}).returncode, 0)

    def test_nothing_in_common(self):
        self.assertEqual(self.run_on({"a": samples(10)}, {"b": samples(10)}).returncode, 2)

    def test_the_published_example_of_mann_and_whitney(self):
        # Tortoise and hare: U = 11 of 36, so far from certain.
        tortoise, hare = [1, 7, 8, 9, 10, 11], [2, 3, 4, 5, 6, 12]
        self.assertAlmostEqual(compare.mann_whitney(tortoise, hare), 0.298, places=2)
        self.assertLess(compare.mann_whitney(samples(10), samples(12)), 1e-6)


if __name__ == "__main__":
    unittest.main()
