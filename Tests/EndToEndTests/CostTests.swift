// What a precision cost, as people and programs read it, and the share of it that a manifest can demand.

import Foundation
import IngotCore
import Testing

@Suite(.enabled(if: Installed.hasRuntimes, Installed.runtimesReason)) struct CostTests {
  private struct Layers: Decodable {
    struct Table: Decodable {
      struct Row: Decodable {
        var rank: Int?
        var node: String
        var weightSQNR: Double?
        var outputSQNR: Double?
      }

      var order: String
      var rows: [Row]
    }

    var layers: Table
  }

  @Test func aBundleTellsTheWorstLayersAndMakesAPage() throws {
    let space = try Quick.space()
    let build = try space.ingot("build", Quick.path, "--html", "pages", "--worst")
    #expect(build.status == 0, "\(build)")
    #expect(build.output.contains("quantized layers of quick/int8-cpu, by signal to noise of their outputs"))

    let bundle = "out/quick/int8-cpu"
    let text = try space.ingot("inspect", bundle).output
    #expect(text.contains("quantized layers of quick/int8-cpu, by") && text.contains("\n1  /"))
    let table = try space.ingot("inspect", bundle, "--json").decoded(Layers.self).layers
    #expect(table.order == "outputs" && table.rows.first?.rank == 1)
    let ranked = table.rows.filter { $0.rank != nil }
    #expect(ranked.count >= 3 && ranked.allSatisfy { $0.weightSQNR != nil && $0.outputSQNR != nil })
    for (file, start) in [("recipe.json", "choice "), ("lower.json", "precision ")] {
      let run = try space.ingot("inspect", "\(bundle)/\(file)")
      #expect(
        run.status == 0 && run.output.hasPrefix(start) && run.output.contains("quantized layers of the model"), "\(run)"
      )
      #expect(try space.ingot("inspect", "\(bundle)/\(file)", "--json").format() == "ingot.inspect-layers/1")
    }

    let page = try space.read("pages/quick/int8-cpu.html")
    #expect(page.contains("<h2>Layers</h2>") && page.contains("<td>ran</td>"))
    #expect(try space.ingot("inspect", bundle, "--html", "again.html").status == 0)
    // The same but for what only the build knew.
    let again = try space.read("again.html")
    #expect(
      again == page.replacing("<td>ran</td>", with: "<td>-</td>").replacing("<td>cached</td>", with: "<td>-</td>"))
    #expect(try space.ingot("inspect", "\(bundle)/lower.json", "--html", "no.html").status == 2)
  }

  @Test func anEngineThatFailedItsGatesShowsItsWorstLayers() throws {
    let space = try Quick.space()
    try space.edit(Quick.path, "cosine: 0.99", "sqnr: 500")
    let run = try space.ingot("build", Quick.path)
    #expect(run.status == 3 && run.output.contains("quantized layers of quick/int8-cpu, by"), "\(run)")
    #expect(try space.ingot("build", Quick.path, "--quiet").output == "")
  }

  @Test func lessOfThePrecisionThanDemandedEndsWithThree() throws {
    let space = try Quick.space()
    // The last product is too small for int8.
    try space.edit(Quick.path, "precision: int8\n", "precision: { type: int8, at-least: 100% }\n")
    let run = try space.ingot("build", Quick.path)
    #expect(run.status == 3, "\(run)")
    #expect(run.errors.contains("of the compute is int8, must be at least 100.0%\n"), "\(run)")
    #expect(run.errors.contains("/fc2/Gemm (Gemm) is float32: a product with 128 x 10 weights is too small (rule P11)"))
    #expect(!space.exists("out/quick/int8-cpu") && space.exists("out/quick/fp32-cpu"))
    try space.edit(Quick.path, "at-least: 100%", "at-least: 50%")
    #expect(try space.ingot("build", Quick.path).status == 0)
    #expect(try space.read("out/quick/int8-cpu/lower.json").contains("\"requiredShare\" : 0.5"))
  }

  @Test func theBundleSaysWhatTheEngineComputesIn() throws {
    let space = try Quick.space()
    try space.build(Quick.path)
    #expect(
      try space.ingot("inspect", "out/quick/fp32-cpu").output.contains("fact        engine compute: float32 100.0%"))
    let text = try space.ingot("inspect", "out/quick/int8-cpu").output
    #expect(text.contains("fact        engine compute: int8 "), "\(text)")
    #expect(try space.read("out/quick/int8-cpu/build.json").contains("\"multiplyAdds\""))
  }
}
