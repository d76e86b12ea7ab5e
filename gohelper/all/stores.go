package all

import _ "pygob.dev/gohelper/stores"
