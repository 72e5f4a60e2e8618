// Operators of ai.onnx.preview. Written by Tests/Conformance/operators.py; OperatorLines.swift says how to read it.

extension OperatorLines {
  static let preview = """
    FlexAttention 1 function | Q:T1 K:T1 V:T1 | Y:T1 | T1=floats,bfloat16 | prob_mod:g scale:f score_mod:g
      softmax_precision:i
    """
}
