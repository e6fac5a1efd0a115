/** From 0 to 1, without 1. */
export type Random = () => number

/** What parsers stumble over. */
const tokens: readonly string[] = [
  '\r\n',
  '\n\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  '\ud800',
  '550 5.1.1 ',
  'From ',
  '9'.repeat(30),
].concat(
  '\r \n " \' \\ ; : , = < > ( ) [ ] { } -- % @ .. + -1 0 1e999 NaN null true [] {} é ÿ 😀 250 =?utf-8?b? ?= &lt; __proto__ ../'.split(
    ' ',
  ),
)
const mostSteps = 8
const longest = 300_000

/** One of the examples, broken in some places. */
export function mutated(examples: readonly Buffer[], random: Random): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit)
  const pick = (): Buffer => examples[below(examples.length)] ?? Buffer.alloc(0)
  let bytes: Buffer = Buffer.from(pick())
  const span = (): [number, number] => {
    const start = below(bytes.length + 1)
    return [start, Math.min(bytes.length, start + below(random() < 0.5 ? 8 : bytes.length + 1))]
  }
  const put = (at: number, ...what: Uint8Array[]): Buffer =>
    Buffer.concat([bytes.subarray(0, at), ...what, bytes.subarray(at)])
  for (let steps = 1 + below(mostSteps); steps > 0; steps--) {
    const [start, end] = span()
    switch (below(8)) {
      case 0:
        if (bytes.length > 0) bytes[below(bytes.length)] = below(256)
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
        break
      case 2:
        bytes = put(start, bytes.subarray(start, end))
        break
      case 3:
        bytes = put(start, Buffer.from(tokens[below(tokens.length)] ?? ''))
        break
      case 4: {
        const other = pick()
        bytes = Buffer.concat([bytes.subarray(0, start), other.subarray(below(other.length + 1))])
        break
      }
      case 5:
        bytes = Buffer.from(bytes.subarray(0, start))
        break
      case 6: {
        const piece = bytes.subarray(start, Math.min(end, start + 200))
        const times = piece.length === 0 ? 0 : below(Math.min(2000, longest / piece.length))
        bytes = put(start, ...Array.from({ length: times }, () => piece))
        break
      }
      default:
        bytes = put(start, Buffer.from(Array.from({ length: below(64) }, () => below(256))))
    }
    if (bytes.length > longest) bytes = bytes.subarray(0, longest)
  }
  return bytes
}
