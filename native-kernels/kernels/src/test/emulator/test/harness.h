// A few lines instead of a test framework: tests are named by sentences, each runs on fresh contexts.
#pragma once

#include <cstdio>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "driver.h"

namespace testing {

struct Test {
  const char* promise;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

struct Registration {
  Registration(const char* promise, std::function<void()> body) { tests().push_back({promise, std::move(body)}); }
};

#define TESTING_JOIN2(a, b) a##b
#define TESTING_JOIN(a, b) TESTING_JOIN2(a, b)
#define TEST(promise)                                                                                         \
  static void TESTING_JOIN(test_, __LINE__)();                                                                \
  static testing::Registration TESTING_JOIN(registration_, __LINE__)(promise, TESTING_JOIN(test_, __LINE__)); \
  static void TESTING_JOIN(test_, __LINE__)()

template <class A, class B>
void require_equal(const A& actual, const B& expected, const char* text, int line) {
  if (actual == expected) return;
  std::ostringstream message;
  message << "line " << line << ": " << text << " is " << actual << ", not " << expected;
  throw std::runtime_error(message.str());
}
#define EQUAL(actual, expected) testing::require_equal(actual, expected, #actual, __LINE__)
#define OK(call) testing::require_equal(static_cast<int>(call), 0, #call, __LINE__)
#define FAILS(call, code) testing::require_equal(static_cast<int>(call), static_cast<int>(code), #call, __LINE__)
#define TRUE(condition) testing::require_equal(static_cast<bool>(condition), true, #condition, __LINE__)

inline std::string last_message() {
  char text[4096];
  intramurosEmulatorLastMessage(text, sizeof text);
  return text;
}

/// Requires that the last complaint has some words.
inline void require_says(const std::string& words, int line) {
  const std::string message = last_message();
  if (message.find(words) != std::string::npos) return;
  throw std::runtime_error("line " + std::to_string(line) + ": the message is \"" + message + "\" without \"" + words +
                           "\"");
}
#define SAYS(words) testing::require_says(words, __LINE__)

}  // namespace testing
