// Models whose tensors are wrong, in the file or beside it.

import Foundation
import IngotCore

let brokenTensors: [BrokenModel] = [
  BrokenModel(
    "dims of 2^62 x 2^62",
    """
    initializer 'w': the shape [4611686018427387904, 4611686018427387904] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62])) },
  BrokenModel(
    "dims of 2^62 x 2^62 x 0",
    """
    initializer 'w': the shape [4611686018427387904, 4611686018427387904, 0] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [1 << 62, 1 << 62, 0])) },
  BrokenModel(
    "a negative dim",
    """
    initializer 'w': the shape [-1, 2] is negative or over any memory (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [-1, 2])) },
  BrokenModel(
    "raw_data too short",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 3 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [2]) { $0.writeArray(9, [0, 0, 0]) }) },
  BrokenModel(
    "raw_data too long",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 12 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in
    addModel(tensor("w", dims: [2]) { $0.writeArray(9, [UInt8](repeating: 0, count: 12)) })
  },
  BrokenModel(
    "no data",
    """
    initializer 'w': float32[2] takes 8 bytes, and raw_data has 0 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [2])) },
  BrokenModel(
    "an unknown element type",
    """
    initializer 'w': element type 99 is not one that ONNX defines for tensors (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", type: 99, dims: [2])) },
  BrokenModel(
    "too few float_data",
    """
    initializer 'w': float32[2] takes 8 bytes, and float_data has 4 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [2]) { $0.writeFixed32(4, 0) }) },
  BrokenModel(
    "too many int64_data",
    """
    initializer 'w': int64[2] takes 2 values of int64_data, and there are 3 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in
    addModel(tensor("w", type: 7, dims: [2]) { $0.writeArray(7, [1, 2, 3]) })
  },
  BrokenModel(
    "a float in int64_data",
    """
    initializer 'w': float32 is not stored in int64_data (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", dims: [1]) { $0.writeVarint(7, 1) }) },
  BrokenModel(
    "a uint8 of 300",
    """
    initializer 'w': value 0 is 300, which uint8 cannot hold (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in addModel(tensor("w", type: 2, dims: [1]) { $0.writeVarint(5, 300) }) },
  BrokenModel(
    "too few strings",
    """
    initializer 'w': string[2] takes 2 values of string_data, and there are 1 (at byte 30)
      hint: the file is damaged; export or download it again
    """
  ) { _ in
    addModel(tensor("w", type: 8, dims: [2]) { $0.writeString(6, "only one") })
  },
  BrokenModel(
    "a bad tensor in an attribute",
    """
    node 'k' (Constant): tensor 'c' of attribute 'value': float32[1] takes 4 bytes, and raw_data has 0 (at byte 33)
      hint: the file is damaged; export or download it again
    """
  ) { _ in
    let attribute = message {
      $0.writeString(1, "value")
      $0.writeMessage(5, tensor("c", dims: [1]))
      $0.writeVarint(20, 4)
    }
    return model(graph(nodes: [node("Constant", "k", [], ["y"], attributes: [attribute])]))
  },
]

let brokenExternalData: [BrokenModel] = [
  BrokenModel(
    "an absolute location",
    """
    initializer 'w': external data '/etc/passwd' is an absolute path (at byte 30)
      hint: external data is named relative to the model and stays in its folder; export the model again
    """
  ) { _ in
    addModel(externalTensor("w", dims: [2], [("location", "/etc/passwd")]))
  },
  BrokenModel(
    "a location with ..",
    """
    initializer 'w': external data 'other/../../w.bin' leaves the model's folder (at byte 30)
      hint: external data is named relative to the model and stays in its folder; export the model again
    """
  ) { folder in
    _ = try folder.file("other/w.bin", [UInt8](repeating: 0, count: 8))
    return addModel(externalTensor("w", dims: [2], [("location", "other/../../w.bin")]))
  },
  BrokenModel(
    "a link out of the folder",
    """
    initializer 'w': external data 'w.bin' leads out of the model's folder, to /etc/hostname (at byte 30)
      hint: copy the file itself to where the link is (for a download cache: cp -L)
    """
  ) { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/w.bin", withDestinationPath: "/etc/hostname")
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel(
    "a linked folder out of the folder",
    """
    initializer 'w': external data 'data/hostname' leads out of the model's folder, to /etc/hostname (at byte 30)
      hint: copy the file itself to where the link is (for a download cache: cp -L)
    """
  ) { folder in
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: "/etc")
    return addModel(externalTensor("w", dims: [2], [("location", "data/hostname")]))
  },
  BrokenModel(
    "a missing data file",
    """
    initializer 'w': external data 'w.bin' is missing (at byte 30)
      hint: put the file beside the model, where the exporter wrote it
    """
  ) { _ in
    addModel(externalTensor("w", dims: [2], [("location", "w.bin")]))
  },
  BrokenModel(
    "a folder as data file",
    """
    initializer 'w': external data 'data' cannot be read: DIR/data: open failed: Is a directory (at byte 30)
      hint: put the file beside the model, where the exporter wrote it
    """
  ) { folder in
    _ = try folder.file("data/x")
    return addModel(externalTensor("w", dims: [2], [("location", "data")]))
  },
  BrokenModel(
    "data past the end",
    """
    initializer 'w': external data 'w.bin' has 10 bytes, and the tensor should be 8 bytes from 4 (at byte 30)
      hint: the file is cut off or belongs to another export; copy it again
    """
  ) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "4"), ("length", "8")]))
  },
  BrokenModel(
    "an offset near 2^63",
    """
    initializer 'w': external data 'w.bin' has 10 bytes, and the tensor should be 8 bytes from 9223372036854775807 (at byte 30)
      hint: the file is cut off or belongs to another export; copy it again
    """
  ) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "9223372036854775807")]))
  },
  BrokenModel(
    "an offset over 2^63",
    """
    initializer 'w': external data 'w.bin' has the offset '18446744073709551615', which is no number of bytes (at byte 30)
      hint: export the model again
    """
  ) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 10))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("offset", "18446744073709551615")]))
  },
  BrokenModel(
    "a negative offset",
    """
    initializer 'w': external data 'w.bin' has the offset '-8', which is no number of bytes (at byte 30)
      hint: export the model again
    """
  ) { _ in
    addModel(externalTensor("w", dims: [2], [("offset", "-8"), ("location", "w.bin")]))
  },
  BrokenModel(
    "a length that is not the shape's",
    """
    initializer 'w': external data 'w.bin' gives the tensor 16 bytes, and its type and shape take 8 (at byte 30)
      hint: export the model again
    """
  ) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", dims: [2], [("location", "w.bin"), ("length", "16")]))
  },
  BrokenModel(
    "no location",
    """
    initializer 'w': external data '' has no location (at byte 30)
      hint: export the model again
    """
  ) { _ in addModel(externalTensor("w", dims: [2], [])) },
  BrokenModel(
    "strings in a file",
    """
    initializer 'w': external data 'w.bin' holds strings, which ONNX keeps in the model only (at byte 30)
      hint: export the model again
    """
  ) { folder in
    _ = try folder.file("w.bin", [UInt8](repeating: 0, count: 16))
    return addModel(externalTensor("w", type: 8, dims: [2], [("location", "w.bin")]))
  },
]
