"""`python -m tests.reader.hung_command`: an engine's command stands still; what is left of it?

Prints the states of this process's children, one a line: none, when all are collected.
"""

import os
from threading import Thread

import psutil

from adapters.ocr.base import EngineTimeout, Segmentation
from adapters.ocr.engines import open_engine
from adapters.ocr.tessdata import find_tessdata
from tests.faults.processes import below, eventually
from tests.reader.sheets import DPI, printed


def main() -> None:
    picture = printed().picture
    engine = open_engine("pytesseract", "eng", find_tessdata(None))
    stopper = Thread(target=_suspend_first_child)
    stopper.start()
    try:
        engine.recognise(picture, DPI, Segmentation.AUTO, timeout=1)
    except EngineTimeout:
        print("late")
    stopper.join()
    for child in psutil.Process().children():
        print(child.status())


def _suspend_first_child() -> None:
    (child,) = eventually(lambda: below(os.getpid()), 10, "the command runs")
    child.suspend()


if __name__ == "__main__":
    main()
