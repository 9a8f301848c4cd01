// Byte sources, atomic files, lines and cells.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sys/stat.h>

#include "io/atomic_file.h"
#include "io/gzip_file.h"
#include "io/line_reader.h"
#include "io/traces/csv.h"
#include "io/traces_testing.h"

namespace dure {
namespace {

Result<std::string> read_all(ByteSource source, std::size_t step = 1000) {
  std::string out, chunk(step, '\0');
  for (;;) {
    TRY(n, source.read(chunk));
    if (n == 0) return out;
    out.append(chunk, 0, n);
  }
}

Result<std::vector<std::string>> lines_of(std::string_view bytes,
                                          std::size_t longest = kLongestLine) {
  LineReader lines(ByteSource::of_memory("mem", bytes), longest);
  std::vector<std::string> out;
  for (;;) {
    const Step step = lines.next();
    if (step == Step::fault) {
      if (lines.next() != Step::fault) std::abort();  // it stays so
      return lines.fault();
    }
    if (step == Step::end) return Result<std::vector<std::string>>(std::move(out));
    out.emplace_back(lines.line());
    const char behind = *(lines.line().data() + lines.line().size());
    if (behind != '\n' && behind != '\r') std::abort();  // LineReader's invariant 1
  }
}

using Strings = std::vector<std::string>;

TEST(Gzip, RoundTripsAnyBytesInAnyPieces) {
  EXPECT_TRUE(rc::check("plain == unpack(pack(plain))", [](const std::string& plain) {
    const auto step = *rc::gen::inRange<std::size_t>(1, 200);
    const std::string packed = gzipped(plain);
    auto back = read_all(ByteSource::of_memory("mem", packed), step);
    RC_ASSERT(static_cast<bool>(back));
    RC_ASSERT(back.value() == plain);
  }));
}

TEST(Gzip, SeveralMembersAreOneStreamAndPaddingIsSkipped) {
  const std::string packed =
      gzipped("one\n") + gzipped("") + gzipped("two\n") + std::string(512, '\0');
  EXPECT_EQ(read_all(ByteSource::of_memory("mem", packed)).value(), "one\ntwo\n");
}

TEST(Gzip, EveryTruncationIsAFaultNeverAShorterText) {
  const std::string packed = gzipped("1 0 -1 100 4\n2 5 -1 100 4\n");
  for (std::size_t n = 2; n < packed.size(); ++n) {
    const auto back = read_all(ByteSource::of_memory("cut.gz", packed.substr(0, n)));
    ASSERT_FALSE(back) << n;
    EXPECT_NE(back.fault().hint.find("truncated"), std::string::npos) << n;
  }
}

TEST(Gzip, DamageAndAppendedRubbishAreFaults) {
  std::string packed = gzipped(std::string(10'000, 'x') + "y");
  EXPECT_FALSE(read_all(ByteSource::of_memory("mem", packed + "rubbish")));
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // the checksum
  const auto back = read_all(ByteSource::of_memory("mem", packed));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.fault().expected, "a whole gzip stream");
}

TEST(ByteSource, SaysWhatIsWrongWithAPath) {
  TempFolder folder;
  EXPECT_EQ(ByteSource::open(folder / "none").fault().found, "No such file or directory");
  EXPECT_EQ(ByteSource::open(folder / "").fault().found, "a folder");
}

TEST(ByteSource, ReadsFilesAsWellAsMemory) {
  TempFolder folder;
  const std::string big(1'000'003, 'a');
  EXPECT_EQ(read_all(ByteSource::open(folder.put("plain", big)).value()).value(), big);
  EXPECT_EQ(read_all(ByteSource::open(folder.put("packed", gzipped(big))).value()).value(), big);
  EXPECT_EQ(read_all(ByteSource::open(folder.put("empty", "")).value()).value(), "");
  EXPECT_EQ(read_all(ByteSource::open(folder.put("one", "\x1f")).value()).value(), "\x1f");
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
  TempFolder folder;
  {
    auto file = AtomicFile::create(folder / "out.txt");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file.value().write("half"));
    EXPECT_FALSE(std::filesystem::exists(folder / "out.txt"));
  }
  EXPECT_EQ(files_in(folder), 0u);
  ASSERT_TRUE(write_file(folder / "out.txt", "whole"));
  ASSERT_TRUE(write_file(folder / "out.txt", "again"));
  EXPECT_EQ(slurp(folder / "out.txt"), "again");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, KeepsTheOldContentWhenNotCommitted) {
  TempFolder folder;
  folder.put("out.txt", "old");
  {
    auto file = AtomicFile::create(folder / "out.txt");
    ASSERT_TRUE(file.value().write(std::string(1'000'000, 'n')));
  }
  EXPECT_EQ(slurp(folder / "out.txt"), "old");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, FollowsLinksAndKeepsTheMode) {
  TempFolder folder;
  folder.put("real.txt", "old");
  ::chmod((folder / "real.txt").c_str(), 0600);
  std::filesystem::create_symlink("real.txt", folder / "link.txt");
  ASSERT_TRUE(write_file(folder / "link.txt", "new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.txt"));
  EXPECT_EQ(slurp(folder / "real.txt"), "new");
  EXPECT_EQ(std::filesystem::status(folder / "real.txt").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(AtomicFile, PacksByTheNameAndAlwaysTheSameBytes) {
  TempFolder folder;
  ASSERT_TRUE(write_file(folder / "a.gz", "text"));
  ASSERT_TRUE(write_file(folder / "b.gz", "text"));
  EXPECT_EQ(slurp(folder / "a.gz"), slurp(folder / "b.gz"));
  EXPECT_EQ(read_all(ByteSource::open(folder / "a.gz").value()).value(), "text");
}

TEST(AtomicFile, AFullDiskIsAFaultOfWriteOrCommitAndOfAllCallsAfterIt) {
  for (const std::size_t n : {std::size_t{1}, std::size_t{10'000'000}}) {
    auto file = AtomicFile::create("/dev/full");
    ASSERT_TRUE(file);
    const auto written = file.value().write(std::string(n, 'x'));
    const auto committed = file.value().commit();
    ASSERT_FALSE(committed);
    EXPECT_EQ(committed.fault().found, "No space left on device");
    EXPECT_EQ(static_cast<bool>(written), n == 1);
    EXPECT_EQ(file.value().write("more").fault(), committed.fault());
  }
}

TEST(AtomicFile, AFolderThatCannotHoldFilesIsAFault) {
  TempFolder folder;
  folder.put("file", "x");
  EXPECT_EQ(write_file(folder / "file/out.csv", "x").fault().found, "Not a directory");
  EXPECT_EQ(write_file(folder / "none/out.csv", "x").fault().found, "No such file or directory");
  EXPECT_FALSE(write_file("/proc/dure-out.csv", "x"));
  EXPECT_EQ(write_file(folder / "", "x").fault().found, "a folder");
  EXPECT_FALSE(write_file("", "x"));
}

TEST(Lines, EndMarksAndTheLastLine) {
  EXPECT_EQ(lines_of("").value(), Strings());
  EXPECT_EQ(lines_of("a\nb").value(), (Strings{"a", "b"}));
  EXPECT_EQ(lines_of("a\r\nb\r\n").value(), (Strings{"a", "b"}));
  EXPECT_EQ(lines_of("\n\nx").value(), (Strings{"", "", "x"}));
  EXPECT_EQ(lines_of("\xef\xbb\xbfx\n\xef\xbb\xbf").value(), (Strings{"x", "\xef\xbb\xbf"}));
  EXPECT_EQ(lines_of("\xef\xbb\xbf").value(), Strings());
}

TEST(Lines, SplitAnyTextLikeTheObviousLoop) {
  EXPECT_TRUE(rc::check("lines", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n', '\r', ' '));
    Strings expected;
    std::string line;
    std::istringstream in(text);
    while (std::getline(in, line)) {
      if (line.ends_with('\r')) line.pop_back();
      expected.push_back(line);
    }
    RC_ASSERT(lines_of(text).value() == expected);
  }));
}

TEST(Lines, CrossBuffersOfAnySize) {
  std::string text;
  Strings expected;
  for (int i = 0; text.size() < 3'000'000; ++i) {
    expected.emplace_back(static_cast<std::size_t>(i * 7919 % 5000),
                          static_cast<char>('a' + i % 26));
    text += expected.back() + (i % 3 == 0 ? "\r\n" : "\n");
  }
  EXPECT_EQ(lines_of(text).value(), expected);
}

TEST(Lines, TheLimitIsExact) {
  const std::string longest(kLongestLine, 'x');
  EXPECT_EQ(lines_of("a\n" + longest + "\nb").value(), (Strings{"a", longest, "b"}));
  EXPECT_EQ(lines_of("a\n" + longest).value(), (Strings{"a", longest}));
  EXPECT_EQ(lines_of("a\n" + longest + "x\nb").fault().where, "mem:2");
  EXPECT_EQ(lines_of("a\n" + longest + "x").fault().where, "mem:2");
  EXPECT_EQ(lines_of("abc\nabcd\n", 3).fault().where, "mem:2");
}

TEST(Lines, ALineOf100MegabytesIsRefusedAfterTheFirst) {
  TempFolder folder;
  {
    auto file = AtomicFile::create(folder / "huge.swf.gz");
    const std::string part(1'000'000, '7');
    ASSERT_TRUE(file.value().write("1 0 -1 100 4\n"));
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(file.value().write(part));
    ASSERT_TRUE(file.value().commit());
  }
  LineReader lines(ByteSource::open(folder / "huge.swf.gz").value());
  EXPECT_EQ(lines.next(), Step::item);
  EXPECT_EQ(lines.next(), Step::fault);
  EXPECT_EQ(lines.fault().where, folder / "huge.swf.gz:2");
}

TEST(Lines, BinaryFilesAreNamedAsSuchWithTheLine) {
  using namespace std::string_literals;
  const Fault fault = lines_of("a\nb\nc\0d\n"s).fault();
  EXPECT_EQ(fault.where, "mem:3");
  EXPECT_NE(fault.found.find("binary"), std::string::npos);
  EXPECT_NE(lines_of("\xfe\xff\0x"s).fault().hint.find("UTF-16"), std::string::npos);
  EXPECT_NE(lines_of("\x28\xb5\x2f\xfd\0"s).fault().hint.find("zstd"), std::string::npos);
}

std::vector<Strings> cells_of(std::string_view text, char separator = ',') {
  CsvReader csv(ByteSource::of_memory("mem", text), separator);
  std::vector<Strings> rows;
  for (;;) {
    const Step step = csv.next();
    if (step == Step::fault) rows.push_back({"FAULT", csv.fault().where});
    if (step != Step::item) return rows;
    rows.emplace_back();
    for (const Cell& c : csv.cells()) rows.back().emplace_back(c.text);
  }
}

TEST(Csv, QuotesOfRfc4180) {
  using Rows = std::vector<Strings>;
  EXPECT_EQ(cells_of("a,b\r\n\r\n,\n"), (Rows{{"a", "b"}, {"", ""}}));
  EXPECT_EQ(cells_of("\"a,\"\"x\",b\n"), (Rows{{"a,\"x", "b"}}));
  EXPECT_EQ(cells_of("\"two\r\nlines\",b\nc,\"\"\n"), (Rows{{"two\nlines", "b"}, {"c", ""}}));
  EXPECT_EQ(cells_of("5\" disk,b\n"), (Rows{{"5\" disk", "b"}}));
  EXPECT_EQ(cells_of("a,\"b"), (Rows{{"FAULT", "mem:1:3"}}));
  EXPECT_EQ(cells_of("a,\"b\"c\n"), (Rows{{"FAULT", "mem:1:6"}}));
  EXPECT_EQ(cells_of("\"a\tb\n", '\t'), (Rows{{"\"a", "b"}}));
}

TEST(Csv, WhatIsWrittenReadsBack) {
  EXPECT_TRUE(rc::check("cells", [] {
    const auto cell = rc::gen::container<std::string>(rc::gen::element('a', ',', '"', '\n', ' '));
    const auto rows =
        *rc::gen::container<std::vector<Strings>>(rc::gen::container<Strings>(3, cell));
    std::string text;
    for (const Strings& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) text += ',';
        append_cell(row[i], ',', text);
      }
      text += '\n';
    }
    RC_ASSERT(cells_of(text) == rows);
  }));
}

}  // namespace
}  // namespace dure
