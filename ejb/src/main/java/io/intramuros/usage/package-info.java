/** Who used what, when and at what cost: allowances, the usage audit, and what auditors may see of it. */
package io.intramuros.usage;
