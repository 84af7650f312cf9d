import type {Language} from '../language.js';
import {EN, type Words} from './en.js';
import {ZH} from './zh.js';

export const DICTIONARIES: Readonly<Record<Language, Words>> = {'zh-CN': ZH, en: EN};
