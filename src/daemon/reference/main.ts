#!/usr/bin/env node
import { carryOut, packageVersion } from '../../machine/command-line.js'
import { daemonCommand } from './options.js'
import { runDaemon } from './run-daemon.js'

await carryOut(daemonCommand('baton-daemon', runDaemon).version(packageVersion()))
