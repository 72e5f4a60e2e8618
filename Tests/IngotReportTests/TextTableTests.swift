import IngotPlan
import IngotReport
import Testing

@Suite struct TextTableTests {
  private func engines() -> [EngineSummary] {
    var failed = summary(without: [2, 3], problems: ["it broke"], path: nil)
    (failed.variant, failed.precision) = ("fp16-ov", "fp16")
    var rejected = summary([
      2: record("verdict.json", [("level", "graph"), ("passed", "false"), ("sqnr", "inf")], wasCached: false)
    ])
    rejected.target = "a-longer-target"
    return [summary(), failed, rejected]
  }

  @Test func alignsColumnsAndNumbers() {
    #expect(
      TextTable(engines()).text == """
        model   precision  target             top1     fp32  SQNR dB  verdict           engine  sanitize  calibrate  lower   build  verify  result
        ------  ---------  ---------------  ------  -------  -------  ---------------  -------  --------  ---------  -----  ------  ------  ------
        digits  int8       ov               99.44%  100.00%     39.2  passed (engine)  102 KiB     10 ms          -      -  12.3 s   20 ms  cached
        digits  fp16       ov                    -        -        -  -                      -     10 ms          -      -  12.3 s       -  failed
        digits  int8       a-longer-target       -        -      inf  FAILED (graph)   102 KiB     10 ms          -      -  12.3 s   10 ms  built
        """)
  }

  @Test func writesMarkdown() {
    let table = TextTable(header: ["name", "count"], rows: [["a|b", "1"], ["", "22"]], numeric: [1])
    #expect(
      table.markdown == """
        | name | count |
        | --- | --: |
        | a\\|b | 1 |
        |  | 22 |
        """)
  }

  @Test func aTableWithoutRowsIsItsHeader() {
    #expect(TextTable(header: ["a", "bc"]).text == "a  bc\n-  --")
    #expect(TextTable([]).text.hasPrefix("model  precision  target  top1"))
  }

  @Test func nothingFollowsTheLastWordOfALine() {
    let table = TextTable(header: ["a", "b"], rows: [["x", ""], ["long", "y"]])
    #expect(table.text == "a     b\n----  -\nx\nlong  y")
  }
}
