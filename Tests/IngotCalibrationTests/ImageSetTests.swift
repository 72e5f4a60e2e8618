// Sets of images: what set.yaml says of them, and the numbers that reach a model.

import Foundation
import IngotCore
import Testing

@testable import IngotCalibration

/// A folder with a set of two pictures, gone with this value.
private final class ImageSpace {
  let directory = FileManager.default.temporaryDirectory.path + "/ingot-images-\(UUID().uuidString)"

  init(_ description: String) throws {
    try FileManager.default.createDirectory(atPath: directory + "/photos/more", withIntermediateDirectories: true)
    for (name, file) in [("png", "photos/b.png"), ("jpeg", "photos/a.JPG"), ("gray", "photos/more/c.png")] {
      let bytes = try #require(imageCases.first { $0.name == name }).bytes
      try FileSystem.writeAtomically(Bytes(bytes).array.span.bytes, to: "\(directory)/\(file)")
    }
    try FileSystem.writeAtomically("not an image", to: "\(directory)/photos/readme.md")
    try FileSystem.writeAtomically("photos/b.png\n\n  photos/a.JPG \n", to: "\(directory)/list.txt")
    try FileSystem.writeAtomically("set: 1\narrays:\n  x: { \(description) }\n", to: "\(directory)/set.yaml")
  }

  deinit { try? FileSystem.remove(directory) }

  func open() throws(InputError) -> CalibrationSet { try CalibrationSet.open(directory: directory) }
}

private func problems(_ description: String) throws -> [String] {
  let space = try ImageSpace(description)
  let error = #expect(throws: InputError.self) { try space.open() }
  return error?.diagnostics.map(\.problem) ?? []
}

private func preprocessing(_ change: (inout ImagePreprocessing) -> Void) -> ImagePreprocessing {
  var result = ImagePreprocessing()
  change(&result)
  return result
}

private func floats(_ bytes: [UInt8], _ shape: [Int]) -> [Float] {
  Tensor(type: .float32, shape: shape, bytes: Bytes(bytes)).elements(as: Float.self)
}

@Suite struct ImageSetTests {
  @Test func aFolderIsASetInTheOrderOfItsNames() throws {
    let space = try ImageSpace("images: photos, resize: 12, crop: [10, 8], type: uint8, layout: nhwc")
    let set = try space.open()
    #expect(set.sampleCount == 3)
    #expect(set.arrays[0].type == .uint8 && set.arrays[0].sampleShape == [10, 8, 3])
    #expect(
      set.filePaths.map { String($0.dropFirst(space.directory.count)) } == [
        "/photos/a.JPG", "/photos/b.png", "/photos/more/c.png",
      ])
    let all = try set.tensor("x", samples: 0..<3)
    #expect(all.shape == [3, 10, 8, 3])
    #expect(try set.tensor("x", samples: 1..<2).bytes.array == Array(all.bytes.array[240..<480]))
  }

  @Test func aListIsASetInItsOwnOrder() throws {
    let folder = try ImageSpace("images: photos, resize: [4, 4]").open()
    let list = try ImageSpace("images: list.txt, resize: [4, 4]")
    let set = try list.open()
    #expect(set.sampleCount == 2)
    #expect(set.identity[0].text != folder.identity[0].text)
    #expect(try set.tensor("x", samples: 0..<1).shape == [1, 3, 4, 4])
  }

  @Test func whatIsSaidOfPixelsIsPartOfTheIdentity() throws {
    let texts = [
      "resize: [4, 4]", "resize: [4, 5]", "resize: [4, 4], filter: opencv-area", "resize: [4, 4], color: bgr",
      "resize: [4, 4], mean: 1", "resize: [4, 4], scale: 2", "letterbox: [4, 4]", "letterbox: [4, 4], fill: 0",
      "resize: 4, crop: [4, 4]", "crop: [4, 4]", "resize: [4, 4], layout: nhwc", "resize: [4, 4], type: float16",
    ]
    let identities = try texts.map { try ImageSpace("images: list.txt, \($0)").open().identity[0].text }
    #expect(Set(identities).count == texts.count)
  }

  @Test func numbersAreThoseOfTheFormula() {
    let picture = Picture(width: 2, height: 1, pixels: [10, 20, 30, 40, 50, 60])
    let plain = preprocessing { $0.fit = .stretch(height: 1, width: 2) }
    #expect(floats(plain.elements(of: picture), [3, 1, 2]) == [10, 40, 20, 50, 30, 60])
    let scaled = preprocessing {
      $0.fit = .stretch(height: 1, width: 2)
      ($0.color, $0.layout, $0.mean, $0.scale) = (.bgr, .nhwc, [1, 2, 3], [0.5, 1, 2])
    }
    #expect(floats(scaled.elements(of: picture), [1, 2, 3]) == [14.5, 18, 14, 29.5, 48, 74])
    let narrow = preprocessing {
      $0.fit = .stretch(height: 1, width: 2)
      ($0.type, $0.mean, $0.color) = (.int8, [128], .gray)
    }
    #expect(narrow.elements(of: picture).map { Int8(bitPattern: $0) } == [-110, -80])
  }

  @Test func shorterSidesKeepProportionsAndLetterboxesGetBorders() {
    let picture = Picture(width: 4, height: 2, pixels: [UInt8](repeating: 9, count: 24))
    let shorter = preprocessing { ($0.fit, $0.crop) = (.shorterSide(4), .init(height: 4, width: 8)) }
    #expect(floats(shorter.elements(of: picture), [3, 4, 8]) == [Float](repeating: 9, count: 96))
    let boxed = preprocessing { ($0.fit, $0.color) = (.letterbox(height: 5, width: 4, fill: 114), .gray) }
    let rows: [Float] = [114, 9, 9, 114, 114]
    #expect(floats(boxed.elements(of: picture), [1, 5, 4]) == rows.flatMap { [Float](repeating: $0, count: 4) })
    let cropped = preprocessing { ($0.crop, $0.color) = (.init(height: 4, width: 2), .gray) }
    #expect(floats(cropped.elements(of: picture), [1, 4, 2]) == [0, 0, 9, 9, 9, 9, 0, 0])
  }

  @Test(arguments: [
    (
      "images: photos",
      "array `x`, photos: images have sizes of their own, and the model's input has one"
    ),
    ("images: nowhere, resize: [4, 4]", "array `x`, nowhere: the folder is not there"),
    ("images: none.txt, resize: [4, 4]", "array `x`, none.txt: the list is not there"),
    ("images: photos, resize: [4, 4], letterbox: [4, 4]", "`resize` and `letterbox` both say the size"),
    ("images: photos, resize: [4, 4, 4]", "`resize` has 3 sizes; it is a height and a width"),
    ("images: photos, resize: 0", "`resize` must be between 1 and 16384, not 0"),
    ("images: photos, resize: [4, 4], mean: [1, 2]", "`mean` has 2 numbers; a rgb image has 3 channels"),
    ("images: photos, resize: [4, 4], type: int64", "images become float32, float16, uint8, int8, not `int64`"),
    ("images: photos, resize: [4, 4], fill: 3", "`fill` goes with `letterbox`"),
    ("images: ../elsewhere, resize: [4, 4]", "`../elsewhere` is not a path below the set's folder"),
    ("images: photos, resize: [4, 4], sise: 3", "unknown key `sise` in `x`"),
  ])
  func whatIsWrongIsSaid(description: String, problem: String) throws {
    #expect(try problems(description) == [problem])
  }

  @Test func aBrokenImageIsNamed() throws {
    let space = try ImageSpace("images: photos, resize: [4, 4]")
    try FileSystem.writeAtomically("\u{89}PNG", to: "\(space.directory)/photos/b.png")
    let set = try space.open()
    let error = #expect(throws: InputError.self) { try set.tensor("x", samples: 0..<2) }
    #expect(
      error?.diagnostics.first?.problem
        == "array `x`: `photos/b.png`: the image cannot be read: it is neither a JPEG nor a PNG file")
  }

  @Test func linksStayInTheSetsFolder() throws {
    let space = try ImageSpace("images: photos, resize: [4, 4]")
    try FileManager.default.createSymbolicLink(
      atPath: "\(space.directory)/photos/z.png", withDestinationPath: "/etc/hostname")
    let error = #expect(throws: InputError.self) { try space.open() }
    #expect(error?.diagnostics.first?.problem == "array `x`, photos: `photos/z.png` leaves the set's folder")
  }
}
