#!/usr/bin/env bash
# Writes C++ that includes a file of kernels and makes each of its entry points callable by the emulator.
# Usage: entries.sh FILE.cu COMPILER FLAG...
set -euo pipefail
source=$(realpath "$1")
shift
echo "#include \"emulator/device.h\""
echo "#include \"emulator/kernel.h\""
echo "#include \"$source\""
# Macros make entry points too, so the preprocessor goes first: `extern "C" INTRAMUROS_ENTRY void name(`.
"$@" -DINTRAMUROS_LIST_ENTRIES -E -P -x c++ -include emulator/device.h "$source" | tr -s '\n' ' ' |
    grep -oE 'extern +"C" +INTRAMUROS_ENTRY +void +[A-Za-z_][A-Za-z0-9_]* *\(' |
    sed -E 's/.* ([A-Za-z_][A-Za-z0-9_]*) *\($/INTRAMUROS_KERNEL(\1)/' || true
