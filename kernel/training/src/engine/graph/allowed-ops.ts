/**
 * The TensorFlow ops that a recorded graph may hold: arithmetic on its own inputs and variables.
 * Nothing that reads or writes files, runs code, talks to devices or keeps state elsewhere.
 */
const allowed = new Set(
  [
    // structure and state
    "Const Placeholder Identity NoOp VarHandleOp ReadVariableOp AssignVariableOp",
    // elementwise
    "Abs Acos Acosh Add AddN AddV2 Asin Asinh Atan Atan2 Atanh BitwiseAnd BitwiseOr BitwiseXor Cast",
    "Ceil ClipByValue Cos Cosh Div DivNoNan Elu EluGrad Equal Erf Exp Expm1 Floor FloorDiv FloorMod",
    "Greater GreaterEqual IsFinite IsInf IsNan LeakyRelu LeakyReluGrad Less LessEqual Log Log1p",
    "LogicalAnd LogicalNot LogicalOr LogicalXor Maximum Minimum Mod Mul Neg NotEqual Pow RealDiv",
    "Reciprocal Relu Relu6 Relu6Grad ReluGrad Rint Round Rsqrt Select SelectV2 Selu SeluGrad Sigmoid",
    "SigmoidGrad Sign Sin Sinh Softplus SoftplusGrad Sqrt Square SquaredDifference Sub Tan Tanh TanhGrad",
    // matrices, reductions and networks
    "All Any ArgMax ArgMin AvgPool AvgPoolGrad BatchMatMul BatchMatMulV2 Bincount Conv2D",
    "Conv2DBackpropFilter Conv2DBackpropInput Conv3D Cumprod Cumsum DepthwiseConv2dNative",
    "DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Einsum FusedBatchNormV3 LRN",
    "LRNGrad LogSoftmax MatMul Max MaxPool MaxPoolGrad Mean Min Prod Softmax",
    "SparseSoftmaxCrossEntropyWithLogits Sum UnsortedSegmentSum",
    // moving values
    "BatchToSpaceND BroadcastTo Concat ConcatV2 DepthToSpace ExpandDims Fill GatherNd GatherV2",
    "InvertPermutation MirrorPad OneHot OnesLike Pack Pad PadV2 Range Reshape Reverse ReverseV2 ScatterNd",
    "Slice SpaceToBatchND Split SplitV Squeeze StridedSlice TensorScatterUpdate Tile Transpose Unpack",
    "ZerosLike",
    // our own: native/row_program.cc, which checks its programs
    "ForkpointRows",
    // random numbers that are a function of a fed seed
    "StatelessRandomNormal StatelessRandomUniform StatelessTruncatedNormal",
  ].flatMap((line) => line.split(" ")),
);

/** Whether an op may not be in a graph of ours. */
export function refusedOp(op: string): boolean {
  return !allowed.has(op);
}
