// language/statements.cpp
#include "language/statements.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "language/json_tree.h"
#include "language/keys.h"
#include "language/load.h"
#include "language/names.h"

namespace lockstep {
namespace {

TEST_CASE("Statements: every key names one statement, and no field of any",
          "[language][statements]") {
  std::set<std::string_view> keys;
  for (const StatementRow& row : statement_rows()) CHECK(keys.insert(row.key).second);
  for (const StatementRow& row : statement_rows()) {
    INFO(row.key);
    std::set<std::string_view> fields;
    for (const FieldRow& field : row.fields) {
      INFO(field.key);
      CHECK(fields.insert(field.key).second);
      // Else {"a": .., "b": ..} could be two statements.
      CHECK(keys.contains(field.key) == (field.key == row.key));
      for (const KeyRow& common : statement_keys) CHECK(field.key != common.key);
      CHECK_FALSE(field.help.empty());
    }
    CHECK_FALSE(row.help.empty());
  }
}

TEST_CASE("Statements: rows are found by kind and by key", "[language][statements]") {
  for (const StatementRow& expected : statement_rows()) {
    CHECK(&row(expected.kind) == &expected);
    CHECK(statement_named(expected.key) == expected.kind);
    for (std::size_t i = 0; i < expected.fields.size(); ++i) {
      CHECK(field_index(expected.kind, expected.fields[i].key) == i);
    }
  }
  CHECK_FALSE(statement_named("aquire"));
  CHECK_FALSE(statement_named(""));
  CHECK_FALSE(statement_named("to"));
}

TEST_CASE("Statements: every row's example is read as that statement", "[language][statements]") {
  for (const StatementRow& expected : statement_rows()) {
    INFO(expected.example);
    const JsonTree example = read_json(expected.example);
    REQUIRE(example.root);
    REQUIRE_FALSE(example.root->members.empty());
    CHECK(example.root->members.front().key == expected.key);

    const ReadScenario read =
        read_scenario("-", "{\"lockstep\": 1, \"main\": [" + std::string(expected.example) + "]}");
    CHECK(read.complaints.empty());
    REQUIRE(read.scenario);
    REQUIRE(read.scenario->main->size() == 1);
    CHECK(read.scenario->main->front().kind == expected.kind);
    CHECK(read.scenario->main->front().fields.size() == expected.fields.size());
  }
}

TEST_CASE("Statements: a key without its required fields is complained of",
          "[language][statements]") {
  for (const StatementRow& row : statement_rows()) {
    const JsonTree example = read_json(row.example);
    REQUIRE(example.root);
    for (const FieldRow& field : row.fields) {
      if (!field.required || field.key == row.key) continue;
      INFO(row.example << " without " << field.key);
      std::string statement;
      for (const JsonNode::Member& member : example.root->members) {
        if (member.key == field.key) continue;
        const JsonNode& value = member.value;
        statement += (statement.empty() ? "" : ", ") + json_string(member.key) + ": " +
                     std::string(row.example.substr(value.begin, value.end - value.begin));
      }
      const ReadScenario read =
          read_scenario("-", "{\"lockstep\": 1, \"main\": [{" + statement + "}]}");
      REQUIRE(read.complaints.size() == 1);
      CHECK(read.complaints[0].message == "the statement \"" + std::string(row.key) +
                                              "\" needs the key \"" + std::string(field.key) +
                                              "\"");
    }
  }
}

}  // namespace
}  // namespace lockstep
