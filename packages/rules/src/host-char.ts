/** Whether a UTF-16 code unit may stand in a host name: a letter, a digit, `-`, `.` or `_`. */
export function isHostChar(char: number): boolean {
  const folded = char | 0x20
  return (
    (folded >= 0x61 && folded <= 0x7a) ||
    (char >= 0x30 && char <= 0x39) ||
    char === 0x2d ||
    char === 0x2e ||
    char === 0x5f
  )
}
