// How the stand-in's libraries export what they have.
#pragma once

#define EMULATOR_API extern "C" __attribute__((visibility("default")))
