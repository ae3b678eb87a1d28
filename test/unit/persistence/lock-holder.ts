/** Holds a directory's lock until it is killed; says so on standard output. */
import { DirectoryLock } from '../../../src/persistence/directory-lock.ts';
import { diskFiles } from '../../../src/persistence/files.ts';

const lock = new DirectoryLock(diskFiles, process.argv[2]!, process.pid);
process.stdout.write('locked\n');
process.stdin.on('end', () => lock.release());
process.stdin.resume();
