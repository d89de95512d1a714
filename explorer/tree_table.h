// Rows of 32-bit words, each stored once and named by a number: the table of states seen.
//
// Rows are numbered in the order in which they came. A row is kept as a tree: its words are dealt
// out to leaves of up to sixteen, which have numbers; these go in pairs, the numbers of the pairs
// again, and so on up to the root, which is a pair too. A leaf or a pair that was there before is
// not stored again. Of rows that differ in few words most are the same, so that a million rows
// have a million roots and little else: 14 bytes each.
//
// After Blom, Lisser, van de Pol, Weber, "A database approach to distributed state space
// generation", 2009, and Laarman, van de Pol, Weber, "Parallel recursive state compression for
// free", SPIN 2011. Tested by tests/explorer/tree_table_test.cpp.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/ids.h"
#include "explorer/pair_table.h"
#include "explorer/row_table.h"

namespace lockstep {

class CheckpointReader;
class CheckpointWriter;

struct WordChange {
  std::uint32_t word;
  Word value;
};
// The same number always stands for the same changes.
struct KnownChanges {
  std::uint32_t number;
  std::span<const WordChange> changes;  // each of another word
};

class TreeTable {
 public:
  // Rows have two parts, of which the second may differ in length: `first_words`, or all of a row
  // that is shorter, are the first. What stands at the same height in both had better change
  // together, as a lock and the thread that takes it do.
  // `spill`: as that of a PairTable.
  explicit TreeTable(std::size_t first_words, SpillFolder* spill = nullptr)
      : TreeTable(first_words, spill, Halving{}) {}
  // How each part is halved: so many words at its beginning seldom change and do not count; of the
  // second, so many as `together` says are never torn apart.
  struct Halving {
    std::size_t first_head = 0, then_head = 0, together = 1;
  };
  TreeTable(std::size_t first_words, SpillFolder* spill, Halving halving);
  // Another way to the same rows, for another thread, which may be used as long as nobody adds
  // rows. It adds none itself: of it ask only read(), ask_known(), find(Asked) and look(). `table`
  // must outlive it.
  struct Looking {};
  TreeTable(const TreeTable& table, Looking);

  using Place = PairTable::Place;
  // At most 2^32 - 2 rows fit.
  Place intern(std::span<const Word> row) { return own_->roots.intern(root_of(row)); }
  std::optional<std::uint32_t> find(std::span<const Word> row) {
    return rows_->roots.find(root_of(row));
  }
  // Replaces `row`. Requires: id < size().
  void read(std::uint32_t id, std::vector<Word>& row) const;

  // intern() in three steps, as those of PairTable. Cheap for a row that differs little from the
  // one read last.
  using Asked = PairTable::Asked;
  Asked ask(std::span<const Word> row) { return rows_->roots.ask(root_of(row)); }
  // For row `id` with these changes. Requires: it is the row read last.
  Asked ask(std::uint32_t id, const KnownChanges& changes);
  // The same, for who only looks: nothing if something would have to be added.
  std::optional<Asked> ask_known(std::span<const Word> row);
  std::optional<Asked> ask_known(std::uint32_t id, const KnownChanges& changes);
  void look(Asked& asked) const { rows_->roots.look(asked); }
  Place answer(const Asked& asked) { return own_->roots.answer(asked); }
  std::optional<std::uint32_t> find(const Asked& asked) const {
    return rows_->roots.find_asked(asked);
  }
  // Has the memory fetched that answer() will look at.
  void expect(const Asked& asked) const { rows_->roots.ask(asked.pair); }

  // A row is two halves, each named by a number: the same number is the same words at the same
  // places, in rows of one length; the second tells the length too.
  Pair halves(std::uint32_t id) const { return rows_->roots[id]; }
  // Of row `id` with these changes. Nothing if that has to be added, and whoever asks only looks.
  // Requires: it is the row read last.
  std::optional<Pair> halves(std::uint32_t id, const KnownChanges& changes);
  Asked ask(Pair halves) const { return rows_->roots.ask(halves); }
  // 0 or 1: the half of this word in the row read last.
  unsigned half_of(std::uint32_t word) const;
  std::uint32_t length(Pair halves) const { return rows_->inner[halves.second].second; }

  std::uint32_t size() const { return rows_->roots.size(); }
  // The first so many rows, and all that the table is made of; in another table, empty until then,
  // they have the same numbers.
  void write(CheckpointWriter& to, std::uint32_t rows) const;
  void read(CheckpointReader& from);
  // All that the table has asked for, used or not; without the rows if they are another's.
  std::size_t memory_bytes() const;

 private:
  struct Rows {
    explicit Rows(SpillFolder* spill) : roots(spill), inner(spill) {}
    PairTable roots;  // index = row: the left half, and the right half with the number of words
    PairTable inner;  // all others
    RowTable leaves;
  };
  TreeTable(std::size_t first_words, Halving halving, std::unique_ptr<Rows> own, const Rows* rows);

  static constexpr std::size_t words_per_leaf_max = 16;
  // A row with the numbers of its leaves and pairs.
  struct Tree {
    std::vector<Word> row;
    std::uint32_t leaves = 0;  // a power of two, at least 2
    // Index = node, as in a heap: the children of i are 2 i and 2 i + 1; the leaves come last. 0
    // and 1, the root, are not used.
    std::vector<std::uint32_t> nodes;
    std::uint32_t tail = 0;  // the pair of the right half and the number of words
    // Index = leaf: its words are [begin, end) of the first part, then those of the second.
    struct Words {
      std::uint32_t begin, end, then_begin, then_end;
    };
    std::vector<Words> words;
    struct Spot {
      std::uint32_t node, at;  // the leaf, and the place in it
    };
    std::vector<Spot> spots;  // index = word of the row
    std::size_t memory_bytes() const;
  };
  struct Changed {
    std::uint32_t node, number;  // what it is for the row at hand
  };
  void shape(Tree& tree, std::size_t words) const;
  void build(Tree& tree, std::span<const Word> row);
  Pair root_of(std::span<const Word> row);
  void compare(const Tree& tree, std::span<const Word> row);
  void note_change(std::uint32_t leaf);
  std::span<Changed> changed() { return {changed_.data(), changed_count_}; }
  Pair root_of(std::uint32_t id, const KnownChanges& changes);
  template <class Keep>
  Pair changed_root(const Tree& tree, Keep keep);
  std::optional<Asked> unless_missing(const Asked& asked);
  std::uint32_t number(Pair pair);
  std::uint32_t number_of_leaf();
  std::uint32_t number_of_leaf(const Tree::Words& words, std::span<const Word> row);
  std::uint32_t changed_leaf(std::uint32_t node, const KnownChanges& changes);
  void read_node(std::uint32_t node, std::uint32_t number, bool anew) const;
  bool is_tree(Tree& tree, std::uint32_t node, std::uint32_t number, bool anew) const;

  std::size_t first_words_;
  Halving halving_;
  std::unique_ptr<Rows> own_;  // null: they are another's
  const Rows* rows_;
  bool is_missing_ = false;  // something that was asked for since this was last false

  // What was asked for lately, at places that hashes say: the numbers of pairs, what leaves of the
  // row read last become with changes, and the words of leaves.
  struct KnownPair {
    Pair pair;
    std::uint32_t number;
  };
  struct KnownLeaf {
    std::uint32_t before, changes, node, words;  // words: of the row
    std::uint32_t number;
  };
  struct ReadLeaf {
    std::uint32_t number;
    std::array<Word, words_per_leaf_max> words;
  };
  struct NumberedLeaf {
    std::uint32_t number, count;  // no words: empty
    std::array<Word, words_per_leaf_max> words;
  };
  std::vector<KnownPair> known_pairs_;
  std::vector<KnownLeaf> known_leaves_;
  mutable std::vector<ReadLeaf> read_leaves_;
  std::vector<NumberedLeaf> numbered_leaves_;
  unsigned known_pairs_shift_ = 0, known_leaves_shift_ = 0;

  mutable Tree last_read_;
  mutable std::uint32_t last_id_ = 0xffffffffU;
  Tree other_;                            // the last row that was of another length
  mutable std::vector<Word> leaf_;        // at hand
  mutable std::vector<Changed> changed_;  // ascending; there is room for all leaves
  std::size_t changed_count_ = 0;
  RowTable::Scratch scratch_;
};

}  // namespace lockstep
