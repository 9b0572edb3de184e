package process

// Batch is the rule for batch files, which other systems do not run.
var Batch = batch
