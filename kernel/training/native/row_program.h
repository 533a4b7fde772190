#pragma once

#include <string>

// Makes the op ForkpointRows known to TensorFlow, once in a process; what went wrong, or "".
std::string registerRowPrograms();
