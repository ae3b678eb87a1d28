import { describeConformance } from './suite.ts';

describeConformance(3);
