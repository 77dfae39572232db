/** The geometry of the lanes, in pixels. */
export const LANE_HEIGHT = 92
export const AXIS_HEIGHT = 26
const BAR_TOP = 40
export const BAR_HEIGHT = 26

export function barTop(lane: number): number {
  return lane * LANE_HEIGHT + BAR_TOP
}

export function barMiddle(lane: number): number {
  return barTop(lane) + BAR_HEIGHT / 2
}
