import type { JSX } from 'preact'

/** A small line of how often something came. The number beside it says it to who does not see it. */
export function Spark({ values }: { values: readonly number[] }): JSX.Element {
  const most = Math.max(1, ...values)
  const step = 100 / Math.max(1, values.length - 1)
  const points = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(28 - (value / most) * 25).toFixed(1)}`,
  )
  return (
    <svg class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,30 ${points.join(' ')} 100,30`} fill="currentColor" opacity="0.14" />
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        vector-effect="non-scaling-stroke"
      />
    </svg>
  )
}
