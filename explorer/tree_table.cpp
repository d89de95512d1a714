// Which words share a leaf, and which leaves a half, decides how many pairs there are below the
// roots: with half of the shared words and half of the threads on each side, each side has about
// as many values as the square root of the number of rows.
//
// The number of words stands beside the right half, so that it can be read before anything that
// depends on it.
//
// A search asks for rows that differ from the one read last in a word or two, hundreds of millions
// of times. So the path from the changed leaf to the root should take a multiplication and a load
// for each of its few nodes: small tables of what was asked for lately come before the large ones.
#include "explorer/tree_table.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "engine/assert.h"
#include "explorer/checkpoint_file.h"
#include "explorer/sixteen_words.h"

namespace lockstep {
namespace {

// A longer row than a file may say of.
constexpr std::uint32_t words_read_max = 1U << 20;
constexpr std::size_t read_leaves = 256;
constexpr std::uint32_t none = 0xffffffffU;
constexpr std::size_t known_at_first = 1U << 6;
constexpr std::size_t known_max = 1U << 14;
constexpr std::size_t numbered_max = 1U << 12;
// What the places of known numbers say before anybody has asked: true from the beginning.
constexpr Pair first_pair{0xffffffffU, 0xffffffffU};

std::uint64_t mixed(std::uint64_t high, std::uint64_t low) {
  return (high << 32 | low) * 0x9e3779b97f4a7c15ULL;
}

}  // namespace

TreeTable::TreeTable(std::size_t first_words, SpillFolder* spill, Halving halving)
    : TreeTable(first_words, halving, std::make_unique<Rows>(spill), nullptr) {}

TreeTable::TreeTable(const TreeTable& table, Looking)
    : TreeTable(table.first_words_, table.halving_, nullptr, table.rows_) {}

TreeTable::TreeTable(std::size_t first_words, Halving halving, std::unique_ptr<Rows> own,
                     const Rows* rows)
    : first_words_(first_words),
      halving_(halving),
      own_(std::move(own)),
      rows_(own_ ? own_.get() : rows) {
  known_pairs_.assign(known_at_first, {first_pair, own_ ? own_->inner.intern(first_pair).id
                                                        : rows_->inner.find(first_pair).value()});
  known_leaves_.assign(known_at_first, {});
  read_leaves_.assign(read_leaves, {none, {}});
  numbered_leaves_.assign(known_at_first, {});
  known_pairs_shift_ = known_leaves_shift_ =
      64 - static_cast<unsigned>(std::bit_width(known_at_first - 1));
  shape(last_read_, 0);
  leaf_.clear();
  const std::uint32_t empty = number_of_leaf();
  std::ranges::fill(last_read_.nodes, empty);
  last_read_.tail = number({empty, 0});
}

void TreeTable::shape(Tree& tree, std::size_t words) const {
  tree.row.assign(words, 0);
  const std::size_t first = std::min(first_words_, words);
  const auto middle = [](std::size_t part, std::size_t head, std::size_t together) {
    return part < head ? part / 2 : head + (part - head) / together / 2 * together;
  };
  struct Part {
    std::size_t begin, middle, end;
    // Of a half of it each of `leaves` has its share, rounded up or down.
    std::size_t share_begin(std::size_t leaf, std::size_t leaves) const {
      const bool is_left = leaf < leaves;
      const std::size_t from = is_left ? begin : middle, to = is_left ? middle : end;
      return from + (to - from) * (leaf % leaves) / leaves;
    }
    std::size_t share_max(std::size_t leaves) const {
      return (std::max(middle - begin, end - middle) + leaves - 1) / leaves;
    }
  };
  const std::array<Part, 2> parts{
      Part{0, middle(first, halving_.first_head, 1), first},
      Part{first, first + middle(words - first, halving_.then_head, halving_.together), words}};
  tree.leaves = std::max(2U, std::bit_ceil(static_cast<std::uint32_t>(
                                 (words + words_per_leaf_max - 3) / (words_per_leaf_max - 2))));
  while (parts[0].share_max(tree.leaves / 2) + parts[1].share_max(tree.leaves / 2) >
         words_per_leaf_max) {
    tree.leaves *= 2;
  }
  tree.nodes.assign(std::size_t{tree.leaves} * 2, 0);
  tree.words.resize(tree.leaves);
  if (changed_.size() < tree.leaves) changed_.resize(tree.leaves);
  tree.spots.resize(words);
  const auto begin = [&](const Part& part, std::uint32_t leaf) {
    return static_cast<std::uint32_t>(
        leaf == tree.leaves ? part.end : part.share_begin(leaf, tree.leaves / 2));
  };
  for (std::uint32_t leaf = 0; leaf < tree.leaves; ++leaf) {
    const Tree::Words its{begin(parts[0], leaf), begin(parts[0], leaf + 1), begin(parts[1], leaf),
                          begin(parts[1], leaf + 1)};
    tree.words[leaf] = its;
    std::uint32_t at = 0;
    for (std::uint32_t i = its.begin; i < its.end; ++i) tree.spots[i] = {tree.leaves + leaf, at++};
    for (std::uint32_t i = its.then_begin; i < its.then_end; ++i)
      tree.spots[i] = {tree.leaves + leaf, at++};
  }
}

std::uint32_t TreeTable::number(Pair pair) {
  KnownPair& known = known_pairs_[mixed(pair.first, pair.second) >> known_pairs_shift_];
  if (known.pair == pair) return known.number;
  if (!own_) {
    const std::optional<std::uint32_t> found = rows_->inner.find(pair);
    is_missing_ = is_missing_ || !found;
    if (!found) return 0;
    known = {pair, *found};
  } else {
    known = {pair, own_->inner.intern(pair).id};
  }
  const std::uint32_t result = known.number;
  if (rows_->inner.size() > known_pairs_.size() && known_pairs_.size() < known_max) {
    known_pairs_.assign(known_pairs_.size() * 2, {first_pair, 0});
    --known_pairs_shift_;
  }
  return result;
}

// Of the one at hand.
std::uint32_t TreeTable::number_of_leaf() {
  std::uint64_t hash = leaf_.size();
  for (const Word word : leaf_) hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
  const std::size_t mask = numbered_leaves_.size() - 1;
  NumberedLeaf& known = numbered_leaves_[(hash ^ hash >> 32) & mask];
  if (!leaf_.empty() && known.count == leaf_.size() &&
      std::equal(leaf_.begin(), leaf_.end(), known.words.begin())) {
    return known.number;
  }
  std::optional<std::uint32_t> found;
  if (own_) {
    found = own_->leaves.intern(leaf_).id;
  } else {
    found = rows_->leaves.find(leaf_, scratch_);
  }
  is_missing_ = is_missing_ || !found;
  if (!found) return 0;
  known.number = *found;
  known.count = static_cast<std::uint32_t>(leaf_.size());
  std::ranges::copy(leaf_, known.words.begin());
  if (rows_->leaves.size() > numbered_leaves_.size() && numbered_leaves_.size() < numbered_max) {
    numbered_leaves_.assign(numbered_leaves_.size() * 2, {});
  }
  return *found;
}

std::uint32_t TreeTable::number_of_leaf(const Tree::Words& words, std::span<const Word> row) {
  leaf_.assign(row.begin() + words.begin, row.begin() + words.end);
  leaf_.insert(leaf_.end(), row.begin() + words.then_begin, row.begin() + words.then_end);
  return number_of_leaf();
}

// Requires: some of the changes are in the leaf.
std::uint32_t TreeTable::changed_leaf(std::uint32_t node, const KnownChanges& changes) {
  const Tree& tree = last_read_;
  const std::uint32_t before = tree.nodes[node];
  const auto words = static_cast<std::uint32_t>(tree.row.size());
  // A row without words has none that change, so an entry that is empty fits nothing.
  KnownLeaf& known =
      known_leaves_[(mixed(before, changes.number) ^ mixed(words, node)) >> known_leaves_shift_];
  if (known.before == before && known.changes == changes.number && known.node == node &&
      known.words == words) {
    return known.number;
  }
  const Tree::Words& its = tree.words[node - tree.leaves];
  leaf_.assign(tree.row.begin() + its.begin, tree.row.begin() + its.end);
  leaf_.insert(leaf_.end(), tree.row.begin() + its.then_begin, tree.row.begin() + its.then_end);
  for (const WordChange& change : changes.changes) {
    if (tree.spots[change.word].node == node) leaf_[tree.spots[change.word].at] = change.value;
  }
  const std::uint32_t result = number_of_leaf();
  if (is_missing_) return result;
  known = {before, changes.number, node, words, result};
  if (rows_->leaves.size() * 16 > known_leaves_.size() && known_leaves_.size() < known_max) {
    known_leaves_.assign(known_leaves_.size() * 2, {});
    --known_leaves_shift_;
  }
  return result;
}

// All of the tree, for the row.
void TreeTable::build(Tree& tree, std::span<const Word> row) {
  shape(tree, row.size());
  tree.row.assign(row.begin(), row.end());
  for (std::uint32_t leaf = 0; leaf < tree.leaves; ++leaf) {
    tree.nodes[tree.leaves + leaf] = number_of_leaf(tree.words[leaf], row);
  }
  for (std::uint32_t node = tree.leaves; node-- > 2;) {
    tree.nodes[node] = number({tree.nodes[node * 2], tree.nodes[node * 2 + 1]});
  }
  tree.tail = number({tree.nodes[3], static_cast<std::uint32_t>(row.size())});
}

// Inserted in their order: there are seldom more than two.
inline void TreeTable::note_change(std::uint32_t leaf) {
  Changed* at = changed_.data() + changed_count_;
  for (; at != changed_.data() && at[-1].node >= leaf; --at) {
    if (at[-1].node == leaf) return;
  }
  for (Changed* last = changed_.data() + changed_count_; last != at; --last) *last = last[-1];
  *at = {leaf, 0};
  ++changed_count_;
}

// Notes the leaves in which the row is another.
void TreeTable::compare(const Tree& tree, std::span<const Word> row) {
  const std::size_t words = row.size();
  const auto note = [&](std::size_t begin, std::uint32_t differ) {
    for (; differ != 0; differ &= differ - 1) {
      note_change(tree.spots[begin + static_cast<std::size_t>(std::countr_zero(differ))].node);
    }
  };
  if (words < 16) {
    for (std::size_t i = 0; i < words; ++i) note(i, row[i] != tree.row[i] ? 1 : 0);
    return;
  }
  std::size_t i = 0;
  for (; i + 16 <= words; i += 16) note(i, differing_of_sixteen(&row[i], &tree.row[i]));
  // The last sixteen, without those that have been seen.
  const std::size_t last = words - 16;
  note(i, differing_of_sixteen(&row[last], &tree.row[last]) >> (i - last));
}

// With the leaves in changed_, of which the numbers are known. `keep(node, number)` is told of
// those above.
template <class Keep>
Pair TreeTable::changed_root(const Tree& tree, Keep keep) {
  std::array<std::uint32_t, 2> halves{tree.nodes[2], tree.nodes[3]};
  std::uint32_t tail = tree.tail;
  // Level by level: two that have changed may have the same parent.
  std::size_t size = std::exchange(changed_count_, 0);
  for (std::uint32_t level = tree.leaves; level > 2; level /= 2) {
    std::size_t parents = 0;
    for (std::size_t i = 0; i < size; ++parents) {
      const std::uint32_t node = changed_[i].node, own = changed_[i].number;
      const bool both = i + 1 < size && changed_[i + 1].node == (node | 1U);
      const std::uint32_t other = both ? changed_[i + 1].number : tree.nodes[node ^ 1U];
      i += both ? 2 : 1;
      Changed& parent = changed_[parents];
      parent.node = node / 2;
      parent.number = number(node % 2 == 0 ? Pair{own, other} : Pair{other, own});
      keep(parent.node, parent.number);
    }
    size = parents;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t half = changed_[i].number;
    halves[changed_[i].node - 2] = half;
    if (changed_[i].node == 3) tail = number({half, static_cast<std::uint32_t>(tree.row.size())});
  }
  return {halves[0], tail};
}

Pair TreeTable::root_of(std::span<const Word> row) {
  const bool is_like_last = row.size() == last_read_.row.size();
  Tree& tree = is_like_last ? last_read_ : other_;
  if (row.size() != tree.row.size() || tree.leaves == 0) {
    build(tree, row);
    return {tree.nodes[2], tree.tail};
  }
  compare(tree, row);
  for (Changed& changed : changed()) {
    changed.number = number_of_leaf(tree.words[changed.node - tree.leaves], row);
  }
  if (is_like_last) return changed_root(tree, [](std::uint32_t, std::uint32_t) {});
  // Rows of this other length have much in common too.
  const auto keep = [&](std::uint32_t node, std::uint32_t number) { tree.nodes[node] = number; };
  for (const Changed& changed : changed()) keep(changed.node, changed.number);
  const Pair root = changed_root(tree, keep);
  tree.row.assign(row.begin(), row.end());
  tree.tail = root.second;
  return root;
}

Pair TreeTable::root_of(std::uint32_t id, const KnownChanges& changes) {
  LOCKSTEP_ASSERT(id == last_id_, "the row that changes is the one read last");
  for (const WordChange& change : changes.changes) note_change(last_read_.spots[change.word].node);
  for (Changed& changed : changed()) changed.number = changed_leaf(changed.node, changes);
  return changed_root(last_read_, [](std::uint32_t, std::uint32_t) {});
}

TreeTable::Asked TreeTable::ask(std::uint32_t id, const KnownChanges& changes) {
  return ask(root_of(id, changes));
}

std::optional<Pair> TreeTable::halves(std::uint32_t id, const KnownChanges& changes) {
  const Pair root = root_of(id, changes);
  if (std::exchange(is_missing_, false)) return std::nullopt;
  return root;
}

unsigned TreeTable::half_of(std::uint32_t word) const {
  const std::uint32_t leaf = last_read_.spots[word].node - last_read_.leaves;
  return leaf * 2 < last_read_.leaves ? 0 : 1;
}

std::optional<TreeTable::Asked> TreeTable::unless_missing(const Asked& asked) {
  if (!std::exchange(is_missing_, false)) return asked;
  other_ = {};  // has numbers that stand for nothing
  return std::nullopt;
}

std::optional<TreeTable::Asked> TreeTable::ask_known(std::span<const Word> row) {
  return unless_missing(ask(row));
}

std::optional<TreeTable::Asked> TreeTable::ask_known(std::uint32_t id,
                                                     const KnownChanges& changes) {
  return unless_missing(ask(id, changes));
}

void TreeTable::read_node(std::uint32_t node, std::uint32_t number, bool anew) const {
  Tree& tree = last_read_;
  if (tree.nodes[node] == number && !anew) return;
  tree.nodes[node] = number;
  if (node < tree.leaves) {
    const Pair pair = rows_->inner[number];
    read_node(node * 2, pair.first, anew);
    read_node(node * 2 + 1, pair.second, anew);
    return;
  }
  ReadLeaf& leaf = read_leaves_[number % read_leaves_.size()];
  if (leaf.number != number) {
    rows_->leaves.read(number, leaf_);
    leaf.number = number;
    std::ranges::copy(leaf_, leaf.words.begin());
  }
  const Tree::Words& words = tree.words[node - tree.leaves];
  const Word* from = leaf.words.data();
  for (std::uint32_t i = words.begin; i < words.end; ++i) tree.row[i] = *from++;
  for (std::uint32_t i = words.then_begin; i < words.then_end; ++i) tree.row[i] = *from++;
}

void TreeTable::read(std::uint32_t id, std::vector<Word>& row) const {
  LOCKSTEP_ASSERT(id < size(), "a row that is read has been stored");
  const Pair root = rows_->roots[id];
  const Pair tail = rows_->inner[root.second];
  const bool anew = tail.second != last_read_.row.size();
  if (anew) shape(last_read_, tail.second);
  last_read_.tail = root.second;
  last_id_ = id;
  read_node(2, root.first, anew);
  read_node(3, tail.first, anew);
  row = last_read_.row;
}

void TreeTable::write(CheckpointWriter& to, std::uint32_t rows) const {
  const auto write_pairs = [&](const PairTable& pairs, std::uint32_t count) {
    to.number(count);
    for (std::uint32_t id = 0; id < count; ++id) {
      const std::array<std::uint32_t, 2> pair{pairs[id].first, pairs[id].second};
      to.words<std::uint32_t>(pair);
    }
  };
  std::vector<Word> leaf;
  to.number(rows_->leaves.size());
  for (std::uint32_t id = 0; id < rows_->leaves.size(); ++id) {
    rows_->leaves.read(id, leaf);
    to.number(leaf.size());
    for (const Word word : leaf) to.number(word);
  }
  write_pairs(rows_->inner, rows_->inner.size());
  write_pairs(rows_->roots, rows);
}

void TreeTable::read(CheckpointReader& from) {
  const auto read_pairs = [&](PairTable& pairs) {
    const std::uint64_t count = from.count(2 * sizeof(std::uint32_t));
    for (std::uint64_t id = 0; id < count && from.fits(); ++id) {
      std::array<std::uint32_t, 2> pair{};
      from.words<std::uint32_t>(pair);
      from.expect(pairs.intern({pair[0], pair[1]}).id == id, "a part of a state is there twice");
    }
  };
  const std::uint64_t leaves = from.count(1);
  for (std::uint64_t id = 0; id < leaves && from.fits(); ++id) {
    leaf_.resize(from.number(words_per_leaf_max));
    for (Word& word : leaf_) word = from.number32();
    from.expect(own_->leaves.intern(leaf_).id == id, "a part of a state is there twice");
  }
  read_pairs(own_->inner);
  read_pairs(own_->roots);
  Tree tree;
  for (std::uint32_t id = 0; id < size() && from.fits(); ++id) {
    const Pair root = own_->roots[id];
    bool is_row = root.second < own_->inner.size();
    const Pair tail = is_row ? own_->inner[root.second] : Pair{};
    is_row = is_row && tail.second <= words_read_max;
    const bool anew = is_row && (tail.second != tree.row.size() || tree.leaves == 0);
    if (anew) shape(tree, tail.second);
    from.expect(is_row && is_tree(tree, 2, root.first, anew) && is_tree(tree, 3, tail.first, anew),
                "a state is not made of parts that there are");
  }
}

// As read_node(), of numbers that may mean nothing: whether they do.
bool TreeTable::is_tree(Tree& tree, std::uint32_t node, std::uint32_t number, bool anew) const {
  if (tree.nodes[node] == number && !anew) return true;
  if (node >= tree.leaves) {
    if (number >= rows_->leaves.size()) return false;
    rows_->leaves.read(number, leaf_);
    const Tree::Words& words = tree.words[node - tree.leaves];
    if (leaf_.size() != words.end - words.begin + words.then_end - words.then_begin) return false;
  } else {
    if (number >= rows_->inner.size()) return false;
    const Pair pair = rows_->inner[number];
    if (!is_tree(tree, node * 2, pair.first, anew) ||
        !is_tree(tree, node * 2 + 1, pair.second, anew)) {
      return false;
    }
  }
  tree.nodes[node] = number;
  return true;
}

std::size_t TreeTable::Tree::memory_bytes() const {
  return (row.capacity() + nodes.capacity()) * sizeof(std::uint32_t) +
         words.capacity() * sizeof(words[0]) + spots.capacity() * sizeof(spots[0]);
}

std::size_t TreeTable::memory_bytes() const {
  const std::size_t rows =
      own_ ? own_->roots.memory_bytes() + own_->inner.memory_bytes() + own_->leaves.memory_bytes()
           : 0;
  return rows + scratch_.capacity() + known_pairs_.capacity() * sizeof(KnownPair) +
         known_leaves_.capacity() * sizeof(KnownLeaf) + read_leaves_.capacity() * sizeof(ReadLeaf) +
         numbered_leaves_.capacity() * sizeof(NumberedLeaf) + last_read_.memory_bytes() +
         other_.memory_bytes() + leaf_.capacity() * sizeof(Word) +
         changed_.capacity() * sizeof(Changed);
}

}  // namespace lockstep
