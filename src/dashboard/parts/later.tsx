import { lazy } from 'react'
import type { ComponentType, LazyExoticComponent, ReactNode } from 'react'
import { Notice } from './notice.js'

/**
 * A component that is loaded when it is first shown. After an update of the server its file may be gone. Then `instead` is
 * shown and the page says why (other-version.tsx); otherwise the whole page would be blank.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  instead: ComponentType<Props> = NotLoaded,
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(() => load().then(asModule, () => asModule(instead)))
}

function asModule<Props>(component: ComponentType<Props>): { default: ComponentType<Props> } {
  return { default: component }
}

function NotLoaded(): ReactNode {
  return <Notice title="This part of the page could not be loaded">Reload the page.</Notice>
}
