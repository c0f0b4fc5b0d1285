package config

import (
	"errors"
	"slices"
	"strings"
)

// Countries are two-letter codes of ISO 3166-1, in capitals. Default none in either list, which
// serves everybody; at most one of them may have any.
type Countries struct {
	Allow []string // nobody else is served
	Deny  []string // everybody else is served
}

// iso3166 are the codes that CloudFront takes.
// https://www.iso.org/iso-3166-country-codes.html
var iso3166 = strings.Fields(`
	AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
	CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
	GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
	KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
	MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
	SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG
	UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW`)

func (c Countries) validate() error {
	return errors.Join(
		check(len(c.Allow) == 0 || len(c.Deny) == 0,
			"Edge.Countries has both Allow and Deny: who is not allowed is denied, leave Deny empty"),
		validateCountries("Edge.Countries.Allow", c.Allow),
		validateCountries("Edge.Countries.Deny", c.Deny),
	)
}

func validateCountries(field string, codes []string) error {
	errs := []error{distinct(field, codes)}
	for i, code := range codes {
		errs = append(errs, check(slices.Contains(iso3166, code),
			"%s[%d] is %q: use a country's code in ISO 3166-1, such as GB", field, i, code))
	}
	return errors.Join(errs...)
}
