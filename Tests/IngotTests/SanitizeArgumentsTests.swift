// The options of `ingot sanitize` as the changes that they ask for.

import IngotCore
import IngotGraph
import Testing

@testable import ingot

@Suite struct SanitizeArgumentsTests {
  private func options(_ words: String...) throws -> SanitizeOptions {
    try SanitizeOptions(Arguments(words, options: Verb.sanitize.options))
  }

  @Test func readsEveryChange() throws {
    let options = try options(
      "--input", "a:b:float16[n,?, 3]", "--input=s:[]", "--dim", "n=4", "--dim", "m=rows", "--from", "x,y", "--from=z",
      "--to", "w", "--outputs", "o1,o2*", "--add-output=p", "--remove-output", "q,r", "--bound", "k=v=300", "--rename",
      "x=left", "--opset", "19", "--passes", "-names,-order", "--float64-to-float32")
    #expect(options.inputShapes == ["a:b": [.symbolic("n"), .unknown, .fixed(3)], "s": []])
    #expect(options.inputTypes == ["a:b": .float16])
    #expect(options.dimensions == ["n": .fixed(4), "m": .symbolic("rows")])
    #expect(options.extraction == Extraction(from: ["x", "y", "z"], to: ["w"]))
    #expect(options.outputs == OutputSelection(only: ["o1", "o2*"], added: ["p"], removed: ["q", "r"]))
    #expect(options.bounds == ["k=v": 300])
    #expect(options.renames == ["x": "left"])
    #expect(options.opset == 19 && options.makesDoublesFloats)
    #expect(options.passes == .allBut(["names", "order"]))
    #expect(try self.options() == SanitizeOptions())
  }

  @Test func reportsAllThatCannotBeUnderstood() {
    let error = #expect(throws: UsageError.self) {
      try options(
        "--input", "x", "--input", "x:flot16[1]", "--input", "y:[0]", "--dim", "n", "--dim", "n=0", "--bound", "k=-1",
        "--rename", "a=b", "--rename", "a=c")
    }
    #expect(
      error?.description == """
        --input takes NAME:SHAPE as in x:[n,3,?] or x:float32[n,3,?], not 'x'
          --input: there is no type 'flot16'; did you mean float16?
          --input takes NAME:SHAPE as in x:[n,3,?] or x:float32[n,3,?], not 'y:[0]'
          --dim takes NAME=SIZE, not 'n'
          --dim takes a size of 1 or more or a name, not '0'
          --bound takes a whole number of 1 or more, not '-1'
          --rename names 'a' twice
        """)
  }
}
