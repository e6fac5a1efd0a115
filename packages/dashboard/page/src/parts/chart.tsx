import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

/** One kind of thing, over time. */
export interface Layer {
  name: string
  /** A custom property of the style sheet, such as `--good`. */
  color: string
  values: readonly number[]
}

const height = 210

/** Bars on top of each other. For who does not see them there is a table. */
export function Chart({
  times,
  bucketSeconds,
  layers,
  title,
}: {
  /** ms since the epoch. */
  times: readonly number[]
  bucketSeconds: number
  layers: readonly Layer[]
  title: string
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const names = layers.map(({ name }) => name).join()
  const data = stacked(times, layers)
  const newest = useRef(data)
  newest.current = data
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const make = (): void => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(element, layers, bucketSeconds), newest.current, element)
    }
    make()
    const resized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }))
    resized.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', make)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', make)
      plot.current?.destroy()
      plot.current = null
    }
  }, [names, bucketSeconds])
  useEffect(() => plot.current?.setData(data), [data])
  const label = labelOf(bucketSeconds)
  const filled = times
    .map((at, index) => ({ at, index }))
    .filter(({ index }) => layers.some(({ values }) => values[index]))
  return (
    <figure>
      <div class="chart" ref={box} aria-hidden="true" />
      <ul class="legend" aria-hidden="true">
        {layers.map(({ name, color }) => (
          <li key={name} class="dot" style={{ '--of': `var(${color})` }}>
            {name}
          </li>
        ))}
      </ul>
      <div class="hidden">
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              {layers.map(({ name }) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {filled.map(({ at, index }) => (
              <tr key={at}>
                <th scope="row">{label(at)}</th>
                {layers.map(({ name, values }) => (
                  <td key={name}>{values[index]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}

/** The last layer stands on all others, so it is the tallest, and is drawn first. */
function stacked(times: readonly number[], layers: readonly Layer[]): uPlot.AlignedData {
  const sums: number[][] = []
  let below = times.map(() => 0)
  for (const { values } of layers) {
    below = below.map((sum, index) => sum + (values[index] ?? 0))
    sums.push(below)
  }
  return [times.map((at) => at / 1000), ...sums.toReversed()]
}

function optionsOf(element: HTMLElement, layers: readonly Layer[], bucketSeconds: number): uPlot.Options {
  const style = getComputedStyle(element)
  const colorOf = (name: string): string => resolved(element, name)
  const label = labelOf(bucketSeconds)
  const axis: uPlot.Axis = {
    stroke: colorOf('--soft'),
    grid: { stroke: colorOf('--line'), width: 1 },
    ticks: { show: false },
    font: `12px ${style.fontFamily}`,
  }
  // Half a bar at both ends.
  const half = bucketSeconds * 0.6
  const bars = uPlot.paths.bars?.({ size: [0.72, 40] })
  return {
    width: element.clientWidth,
    height,
    // A label may stand below the right edge: half of 00:00:00 has to fit beside it.
    padding: [10, 28, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: true, range: (_, min, max) => [min - half, max + half] },
      y: { range: (_, __, max) => [0, Math.max(4, max * 1.05)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 30,
        space: 70,
        values: (_, splits) => splits.map((at) => label(at * 1000)),
      },
      {
        ...axis,
        size: 48,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7],
      },
    ],
    series: [
      {},
      ...layers.toReversed().map(({ color }): uPlot.Series => ({
        fill: colorOf(color),
        stroke: colorOf(color),
        width: 0,
        points: { show: false },
        ...(bars !== undefined && { paths: bars }),
      })),
    ],
  }
}

/** A canvas knows no custom properties. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

function labelOf(bucketSeconds: number): (at: number) => string {
  const isDay = bucketSeconds >= 86_400
  const format = new Intl.DateTimeFormat(
    'en-GB',
    isDay
      ? { day: 'numeric', month: 'short' }
      : { hour: '2-digit', minute: '2-digit', ...(bucketSeconds < 60 && { second: '2-digit' }) },
  )
  return (at) => format.format(at)
}
