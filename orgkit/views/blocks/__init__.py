"""What is shown: one object for notebook, report and terminal. Escapes everything.

This is the only part that makes HTML from data. Text from AWS (names, e-mails, notes) is hostile:
markup is escaped, control and direction characters become visible, CSV formulas are disarmed.
"""

from __future__ import annotations

# `as` marks what other packages take from here: one address for whoever shows something.
from orgkit.views.blocks.base import Announced as Announced
from orgkit.views.blocks.base import Around as Around
from orgkit.views.blocks.base import Block as Block
from orgkit.views.blocks.base import Group as Group
from orgkit.views.blocks.base import Redacted as Redacted
from orgkit.views.blocks.base import StaticCopy as StaticCopy
from orgkit.views.blocks.base import alone as alone
from orgkit.views.blocks.base import join as join
from orgkit.views.blocks.framed import Framed as Framed
from orgkit.views.blocks.summary import STEPS as STEPS
from orgkit.views.blocks.summary import Banner as Banner
from orgkit.views.blocks.summary import Figure as Figure
from orgkit.views.blocks.summary import Figures as Figures
from orgkit.views.blocks.summary import NextLink as NextLink
from orgkit.views.blocks.summary import StepBar as StepBar
from orgkit.views.blocks.summary import Stopped as Stopped
from orgkit.views.blocks.summary import Strip as Strip
from orgkit.views.blocks.summary import Summary as Summary
from orgkit.views.blocks.table import MAX_ROWS as MAX_ROWS
from orgkit.views.blocks.table import Table as Table
from orgkit.views.blocks.texts import Ask as Ask
from orgkit.views.blocks.texts import Details as Details
from orgkit.views.blocks.texts import Facts as Facts
from orgkit.views.blocks.texts import Note as Note
from orgkit.views.blocks.texts import Picture as Picture
from orgkit.views.blocks.texts import Remedy as Remedy
from orgkit.views.blocks.texts import Steps as Steps
from orgkit.views.blocks.texts import Working as Working
from orgkit.views.blocks.tones import Badge as Badge
from orgkit.views.blocks.tones import Tone as Tone
from orgkit.views.blocks.tones import badge as badge
from orgkit.views.blocks.values import Number as Number
from orgkit.views.blocks.values import bundle as bundle
from orgkit.views.blocks.values import css as css
from orgkit.views.blocks.values import csv as csv
from orgkit.views.blocks.values import disarmed as disarmed
from orgkit.views.blocks.values import escaped as escaped
from orgkit.views.blocks.values import link_row as link_row
from orgkit.views.blocks.values import marked as marked
from orgkit.views.blocks.values import markup as markup
from orgkit.views.blocks.values import masked as masked
from orgkit.views.blocks.values import missing as missing
from orgkit.views.blocks.values import shown as shown
from orgkit.views.blocks.values import table_around as table_around
from orgkit.views.blocks.values import trusted as trusted
