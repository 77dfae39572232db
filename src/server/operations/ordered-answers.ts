import { execute, subscribe } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Executes documents with graphql-js. Yoga's own executor adds each field when its value arrives, so the order of
 * fields would vary. This plugin must come first, because the others wrap the executor that it sets.
 */
export const orderedAnswers: Plugin = {
  onExecute({ setExecuteFn }) {
    setExecuteFn(execute)
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn(subscribe)
  },
}
