// SPDX-License-Identifier: GPL-2.0
/*
 * How the picture of a ladder looks, in light and dark surroundings. Colour
 * only adds to what lines, crosses and words say.
 */
#include "ladder_model.h"

const char ladder_svg_style[] =
	"text{font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,"
	"monospace;fill:#1f2328;white-space:pre}\n"
	".paper{fill:#fff}\n"
	".state,.name{font-weight:bold}\n"
	".dim{fill:#59636e}\n"
	".pass path{stroke:#1f2328}.pass polygon{fill:#1f2328}\n"
	".drop path{stroke:#cf222e}.drop polygon{fill:#cf222e}"
	".drop text{fill:#cf222e}\n"
	".quiet path{stroke:#9a6700;stroke-dasharray:6 4}"
	".quiet polygon{fill:#9a6700}.quiet text{fill:#9a6700}\n"
	".flag{fill:#8250df}\n"
	".phase rect{fill:#ddf4ff}.phase text{fill:#0550ae}\n"
	".closed{fill:#c4cbd2}.opening{fill:#d4a72c}.established{fill:#2da44e}"
	".closing{fill:#8250df}.time-wait{fill:#e16f24}\n"
	"path{fill:none;stroke-width:1.5}\n"
	"@media(prefers-color-scheme:dark){\n"
	"text{fill:#e6edf3}.paper{fill:#0d1117}.dim{fill:#9198a1}\n"
	".pass path{stroke:#e6edf3}.pass polygon{fill:#e6edf3}\n"
	".drop path{stroke:#ff7b72}.drop polygon,.drop text{fill:#ff7b72}\n"
	".quiet path{stroke:#d29922}.quiet polygon,.quiet text{fill:#d29922}\n"
	".flag{fill:#d2a8ff}.phase rect{fill:#0c2d6b}"
	".phase text{fill:#a5d6ff}\n"
	".closed{fill:#4d565f}.opening{fill:#d29922}.established{fill:#3fb950}"
	".closing{fill:#a371f7}.time-wait{fill:#f0883e}\n"
	"}\n";
