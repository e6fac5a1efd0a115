/** Puts the data of a mail before its bytes: 4 bytes with the length of the JSON, the JSON, the MIME. */
export function framed(json: string, mime: Uint8Array): Uint8Array {
  const head = Buffer.from(json)
  const whole = Buffer.allocUnsafe(4 + head.length + mime.length)
  whole.writeUInt32BE(head.length)
  head.copy(whole, 4)
  whole.set(mime, 4 + head.length)
  return whole
}

/**
 * Takes them apart again.
 *
 * @throws Error for what was not framed
 */
export function unframed(body: Uint8Array): { json: string; mime: Buffer } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const length = bytes.length < 4 ? Infinity : bytes.readUInt32BE()
  if (4 + length > bytes.length) throw new Error('its body is damaged')
  return { json: bytes.toString('utf8', 4, 4 + length), mime: bytes.subarray(4 + length) }
}
