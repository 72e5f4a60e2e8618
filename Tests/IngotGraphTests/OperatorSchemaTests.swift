import Testing

@testable import IngotGraph

@Suite struct OperatorSchemaTests {
  @Test func findsTheVersionInForce() throws {
    let versions = [6, 7, 9, 13, 14, 15, 30].map {
      OperatorSchema.find("BatchNormalization", domain: "", opset: $0)?.sinceVersion
    }
    #expect(versions == [6, 7, 9, 9, 14, 15, 15])
    #expect(OperatorSchema.find("Gelu", domain: "", opset: 19) == nil)
    #expect(OperatorSchema.knownVersions("Gelu", domain: "") == [20])
    #expect(OperatorSchema.knownVersions("LayerNormalization", domain: "") == [17])
    #expect(OperatorSchema.knownVersions("Nonsense", domain: "") == [])
    #expect(OperatorSchema.find("Relu", domain: "my.domain", opset: 1) == nil)
    #expect(OperatorSchema.newestOpset(ofDomain: "") ?? 0 >= 24)
    #expect(OperatorSchema.newestOpset(ofDomain: "my.domain") == nil)
  }

  @Test func readsParametersTypesAndAttributes() throws {
    let conv = try #require(OperatorSchema.find("Conv", domain: "", opset: 17))
    #expect(conv.sinceVersion == 11)
    #expect(conv.inputs.map(\.name) == ["X", "W", "B"])
    #expect(conv.inputs.map(\.count) == [.one, .one, .optional])
    #expect(conv.inputCounts == 2...3)
    #expect(conv.outputCounts == 1...1)
    #expect(conv.inputs.map(\.constraint) == ["T", "T", "T"])
    #expect(conv.inputs[0].types.elementTypes == [.float32, .float16, .float64])
    #expect(conv.attribute("kernel_shape")?.type == .ints)
    #expect(conv.attribute("kernel_shape")?.defaultValue == nil)
    guard case .string(let padding)? = conv.attribute("auto_pad")?.defaultValue else {
      Issue.record("no default"); return
    }
    #expect(padding == Array("NOTSET".utf8))
    #expect(conv.attribute("axis") == nil)
  }

  @Test func anOperatorsVersionsDiffer() throws {
    let types = [1, 6, 13].map {
      OperatorSchema.find("Abs", domain: "", opset: $0)?.inputs[0].types.contains(.bfloat16)
    }
    #expect(types == [false, false, true])
    #expect(OperatorSchema.find("Abs", domain: "", opset: 1)?.attributes.map(\.name) == ["consumed_inputs"])
    #expect(OperatorSchema.find("Abs", domain: "", opset: 6)?.attributes.isEmpty == true)
    #expect(OperatorSchema.find("Upsample", domain: "", opset: 9)?.isDeprecated == false)
    #expect(OperatorSchema.find("Upsample", domain: "", opset: 10)?.isDeprecated == true)
    #expect(OperatorSchema.find("Clip", domain: "", opset: 13)?.isFunction == true)
  }

  @Test(arguments: [
    ("Concat", 1...Int.max, 1...1), ("Loop", 2...Int.max, 1...Int.max), ("Split", 1...2, 1...Int.max),
    ("Constant", 0...0, 1...1), ("LSTM", 3...8, 0...3), ("Optional", 0...1, 1...1),
  ])
  func countsInputsAndOutputs(name: String, inputs: ClosedRange<Int>, outputs: ClosedRange<Int>) throws {
    let schema = try #require(OperatorSchema.find(name, domain: "", opset: 17))
    #expect(schema.inputCounts == inputs)
    #expect(schema.outputCounts == outputs)
  }

  @Test func knowsWhatIsNoTensor() throws {
    let sequence = try #require(OperatorSchema.find("SequenceAt", domain: "", opset: 17))
    #expect(!sequence.inputs[0].types.isOfTensors)
    #expect(sequence.inputs[0].types.contains(.float32, as: .sequence))
    #expect(!sequence.inputs[0].types.contains(.float32))
    let loop = try #require(OperatorSchema.find("Loop", domain: "", opset: 17))
    #expect(loop.input(at: 7)?.isHomogeneous == false)
    #expect(loop.input(at: 7)?.types.contains(.int8, as: .optionalSequence) == true)
    let vectorizer = try #require(OperatorSchema.find("DictVectorizer", domain: "ai.onnx.ml", opset: 3))
    #expect(vectorizer.inputs[0].types.others.count == 6)
    #expect(vectorizer.inputs[0].types.description == "a map")
  }

  @Test func knowsOnnxRuntimesOperators() throws {
    let fused = try #require(OperatorSchema.find("FusedMatMul", domain: "com.microsoft", opset: 1))
    #expect(fused.attributes.map(\.name) == ["alpha", "transA", "transB", "transBatchA", "transBatchB"])
    let simplified = try #require(OperatorSchema.find("SimplifiedLayerNormalization", domain: "", opset: 17))
    #expect(simplified.isOfOnnxRuntimeOnly)
    #expect(OperatorSchema.knownVersions("SimplifiedLayerNormalization", domain: "") == [])
  }

  /// A typing mistake in a line, or a form that the parser does not know, would lose a parameter without a word.
  @Test func parsesEveryLine() throws {
    var count = 0
    for (domain, operators) in OperatorLines.index {
      for (name, lines) in operators {
        let versions = lines.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map {
          Int64($0.split(separator: " ")[1])
        }
        #expect(versions == versions.sorted { $0 ?? 0 < $1 ?? 0 })
        for version in versions {
          let version = try #require(version)
          let schema = try #require(OperatorSchema.find(name, domain: domain, opset: version))
          #expect(schema.sinceVersion == version)
          let fields = try #require(OperatorLines.fields(of: lines, opset: version)).fields
          #expect(schema.attributes.count == fields[3].split(separator: " ").count, "\(name) \(version)")
          #expect(schema.constraints.count == fields[2].split(separator: " ").count, "\(name) \(version)")
          for parameter in schema.inputs + schema.outputs {
            #expect(!parameter.types.isEmpty && !parameter.name.isEmpty, "\(name) \(version)")
          }
          count += 1
        }
      }
    }
    #expect(count >= 800)
  }
}
