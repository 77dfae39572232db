import { execute, subscribe } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Has graphql-js carry documents out. Yoga's own executor puts each field into its object when its value is there, so that
 * the order of an answer was another one each time. Must come first: the others are given it, and go around it.
 */
export const orderedAnswers: Plugin = {
  onExecute({ setExecuteFn }) {
    setExecuteFn(execute)
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn(subscribe)
  },
}
