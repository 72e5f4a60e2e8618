import IngotCore
import Testing

@testable import IngotBackends

private let image = TensorRTTensor(
  name: "image", type: .float32, shape: [.symbolic("n"), .fixed(3), .unknown], isShapeTensor: false)
private let sizes = TensorRTTensor(name: "sizes", type: .int64, shape: [.fixed(2)], isShapeTensor: true)

private func profile(_ min: [Int], _ opt: [Int], _ max: [Int]) -> OptimizationProfile {
  OptimizationProfile(inputs: ["image": .init(min: min, opt: opt, max: max)])
}

@Suite struct TensorRTProfileTests {
  @Test func takesProfilesThatFit() {
    var whole = profile([1, 3, 8], [4, 3, 16], [8, 3, 32])
    #expect(problems(of: [whole, whole], for: [image]) == [])
    whole.inputs["sizes"] = .init(min: [1, 1], opt: [2, 2], max: [4, 1 << 40])
    #expect(problems(of: [whole], for: [image, sizes]) == [])
  }

  @Test(arguments: [
    ([], ["the sizes of 'image' [n, 3, ?] are open and there is no optimization profile that says them"]),
    ([OptimizationProfile(inputs: [:])], ["profile 0 has no sizes for the input 'image' [n, 3, ?]"]),
    (
      [profile([1, 3], [1, 3], [1, 3])],
      ["profile 0, input 'image': it has 2 sizes, and the shape is [n, 3, ?]"]
    ),
    (
      [profile([4, 3, 8], [2, 3, 8], [8, 3, 8])],
      ["profile 0, input 'image': axis 0: min 4, opt 2 and max 8 are not in order"]
    ),
    (
      [profile([-1, 3, 8], [2, 3, 8], [8, 3, 8])],
      ["profile 0, input 'image': axis 0: min -1, opt 2 and max 8 are not in order"]
    ),
    ([profile([1, 1, 8], [1, 3, 8], [1, 3, 8])], ["profile 0, input 'image': axis 1 is always 3, not 1 to 3"]),
    (
      [profile([1, 3], [1, 3, 8], [1, 3, 8])],
      ["profile 0, input 'image': min, opt and max do not have equally many sizes"]
    ),
    (
      [profile([1, 3, 1], [1, 3, 1], [1, 3, .max])],
      ["profile 0, input 'image': axis 2: 9223372036854775807 is more than TensorRT's largest size, 2147483647"]
    ),
  ])
  func namesEveryMistake(profiles: [OptimizationProfile], expected: [String]) {
    #expect(problems(of: profiles, for: [image]) == expected)
  }

  @Test func namesInputsThatTheModelDoesNotHave() {
    var extra = profile([1, 3, 8], [1, 3, 8], [1, 3, 8])
    extra.inputs["imgae"] = .init(min: [1], opt: [1], max: [1])
    #expect(
      problems(of: [extra], for: [image]) == [
        "profile 0 has sizes for 'imgae', which is no input of the model; its inputs are image"
      ])
  }

  @Test func checksTheValuesOfShapes() {
    var whole = profile([1, 3, 8], [1, 3, 8], [1, 3, 8])
    whole.inputs["sizes"] = .init(min: [1], opt: [1], max: [1])
    #expect(
      problems(of: [whole], for: [image, sizes]) == ["profile 0, input 'sizes': it has 1 values, and the tensor has 2"])
    whole.inputs["sizes"] = .init(min: [1, 5], opt: [1, 4], max: [1, 9])
    #expect(
      problems(of: [whole], for: [image, sizes]) == [
        "profile 0, input 'sizes': value 1: min 5, opt 4 and max 9 are not in order"
      ])
  }
}
