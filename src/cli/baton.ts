#!/usr/bin/env node
import { carryOut } from '../machine/command-line.js'
import { batonProgram } from './program.js'

await carryOut(batonProgram())
