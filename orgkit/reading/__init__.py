"""What people write: text, tables (CSV) and trees (YAML); strict, and every fault has its line."""

from __future__ import annotations

# `as` marks what other packages take from here.
from orgkit.reading.account_ids import no_account_id as no_account_id
from orgkit.reading.refusals import Unusable as Unusable
from orgkit.reading.refusals import did_you_mean as did_you_mean
from orgkit.reading.refusals import quoted as quoted
from orgkit.reading.table import Row as Row
from orgkit.reading.table import read_table as read_table
from orgkit.reading.text import read_text as read_text
from orgkit.reading.tree import Fields as Fields
from orgkit.reading.tree import Items as Items
from orgkit.reading.tree import Node as Node
from orgkit.reading.tree import Text as Text
from orgkit.reading.tree import line_at as line_at
from orgkit.reading.tree import plain as plain
from orgkit.reading.tree import read_tree as read_tree
