import IngotBackends
import IngotCore
import IngotPlan
import IngotRun
import Testing

@Suite struct ProfilesTests {
  private let image = IOTensor(
    name: "image", type: .float32, shape: [.symbolic("batch"), .fixed(3), .symbolic("size"), .symbolic("size")])
  private let mask = IOTensor(name: "mask", type: .bool, shape: [.symbolic("batch")])

  private func resolve(_ ranges: [ProfileSettings.Range], _ inputs: [IOTensor]) throws -> [OptimizationProfile] {
    try resolveProfiles([ProfileSettings(ranges: ranges)], inputs: inputs, in: "net.onnx", needsProfiles: true)
  }

  private func dimension(_ name: String, _ min: Int, _ opt: Int, _ max: Int) -> ProfileSettings.Range {
    .init(name: name, isTensor: false, min: [min], opt: [opt], max: [max])
  }

  @Test func givesEveryDynamicInputItsShapes() throws {
    let profiles = try resolve([dimension("batch", 1, 8, 16), dimension("size", 32, 64, 128)], [image, mask])
    #expect(profiles.count == 1)
    #expect(profiles[0].inputs["image"] == .init(min: [1, 3, 32, 32], opt: [8, 3, 64, 64], max: [16, 3, 128, 128]))
    #expect(profiles[0].inputs["mask"] == .init(min: [1], opt: [8], max: [16]))
  }

  @Test func leavesStaticInputsOut() throws {
    let fixed = IOTensor(name: "scale", type: .float32, shape: [.fixed(4)])
    #expect(try resolve([dimension("batch", 1, 2, 4)], [mask, fixed])[0].inputs.keys.sorted() == ["mask"])
  }

  @Test func oneNameMeansOneSizeAcrossInputs() throws {
    let range = ProfileSettings.Range(name: "mask", isTensor: true, min: [2], opt: [2], max: [2])
    let error = #expect(throws: InputError.self) {
      try resolve([dimension("batch", 1, 8, 16), dimension("size", 1, 1, 1), range], [image, mask])
    }
    #expect(
      error?.description == """
        net.onnx: profile 0: error: 'batch' is [1, 8, 16] for dimension 'batch' and [2, 2, 2] for input 'mask'
          hint: one name means one size: give both the same min, opt and max
        """)
  }

  @Test(arguments: [
    ("width", "no input has a dimension named 'width'"),
    ("batch", "dimension 'size' of input 'image' has no range"),
  ])
  func saysWhichDimensionIsWrong(name: String, problem: String) {
    let error = #expect(throws: InputError.self) { try resolve([dimension(name, 1, 2, 3)], [image]) }
    #expect(error?.diagnostics.map(\.problem).contains(problem) == true)
  }

  @Test func refusesAFixedAxisThatDiffers() {
    let range = ProfileSettings.Range(
      name: "image", isTensor: true, min: [1, 4, 8, 8], opt: [1, 4, 8, 8], max: [1, 4, 8, 8])
    let error = #expect(throws: InputError.self) { try resolve([range], [image]) }
    #expect(
      error?.diagnostics.map(\.problem) == ["axis 1 of input 'image' is 3 in the model, the profile gives it [4, 4, 4]"]
    )
  }

  @Test func aDynamicModelNeedsAProfileWhereTheBackendDoes() throws {
    let error = #expect(throws: InputError.self) {
      try resolveProfiles([], inputs: [image], in: "net.onnx", needsProfiles: true)
    }
    #expect(
      error?.description == """
        net.onnx: error: input 'image' has the shape [batch, 3, size, size] and the manifest has no profile
          hint: add `profiles:` with min, opt and max for batch, size
        """)
    #expect(try resolveProfiles([], inputs: [image], in: "net.onnx", needsProfiles: false).isEmpty)
  }
}
