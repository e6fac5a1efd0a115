/** A span of the demo's time as it would be in real life, such as `34 min`; `hourMs` ms of it are an hour. */
export function realSpan(ms: number, hourMs: number): string {
  const minutes = Math.max(1, Math.round((ms / hourMs) * 60))
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}
