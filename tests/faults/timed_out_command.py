"""`python -m tests.faults.timed_out_command`: an engine's command is late; what is left of it?

Prints the number of this process's children, zombies included.
"""

import psutil

from adapters.ocr.base import EngineTimeout, Segmentation
from adapters.ocr.engines import open_engine
from adapters.ocr.tessdata import find_tessdata
from tests.faults.sheets import DPI, printed


def main() -> None:
    engine = open_engine("pytesseract", "eng", find_tessdata(None))
    try:
        engine.recognise(printed().picture, DPI, Segmentation.AUTO, timeout=0.1)
    except EngineTimeout:
        print(len(psutil.Process().children()))


if __name__ == "__main__":
    main()
