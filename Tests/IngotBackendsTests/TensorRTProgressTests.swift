import Testing

@testable import IngotBackends

@Suite struct TensorRTProgressTests {
  @Test func givesEveryPhaseAShareOfItsParentsStep() {
    var progress = TensorRTProgress()
    progress.start("build", parent: nil, stepCount: 4)
    #expect(progress.fraction == 0)
    progress.complete("build", step: 0)
    #expect(progress.fraction == 0.25)
    progress.start("optimize", parent: "build", stepCount: 2)
    progress.complete("optimize", step: 0)
    #expect(progress.fraction == 0.375)
    progress.finish("optimize")
    #expect(progress.fraction == 0.5)
    progress.complete("build", step: 1)
    #expect(progress.fraction == 0.5)
    progress.finish("build")
    #expect(progress.fraction == 1)
  }

  @Test func neverGoesBack() {
    var progress = TensorRTProgress()
    progress.start("a", parent: nil, stepCount: 2)
    progress.complete("a", step: 1)
    progress.complete("a", step: 0)
    progress.start("b", parent: nil, stepCount: 100)
    progress.complete("b", step: 0)
    #expect(progress.fraction == 1)
  }

  @Test func bearsPhasesThatAreUnknownEmptyOrEndInAnotherOrder() {
    var progress = TensorRTProgress()
    progress.start("outer", parent: "nobody", stepCount: 0)
    progress.start("inner", parent: "outer", stepCount: -3)
    progress.complete("stranger", step: 5)
    progress.complete("inner", step: .max - 1)
    progress.finish("outer")
    progress.finish("inner")
    progress.finish("inner")
    #expect(progress.fraction == 1)
  }
}
